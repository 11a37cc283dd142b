import { formatTimestamp } from './time-entry.ts'

/**
 * A user in Harvest's responses.
 * https://help.getharvest.com/api-v2/users-api/users/users/#the-user-object
 */
export interface User {
  readonly id: number
  readonly first_name: string
  readonly last_name: string
  readonly email: string
  readonly telephone: string
  readonly timezone: string
  readonly has_access_to_all_future_projects: boolean
  readonly is_contractor: boolean
  readonly is_active: boolean
  readonly weekly_capacity: number
  readonly default_hourly_rate: number
  readonly cost_rate: number
  readonly roles: readonly string[]
  readonly access_roles: readonly string[]
  readonly avatar_url: string
  readonly created_at: string
  readonly updated_at: string
}

/** Names as people write them, each with its spelling in an e-mail address. */
interface Origin {
  readonly timezone: string
  readonly given: readonly Name[]
  readonly family: readonly Name[]
}
type Name = readonly [written: string, address: string]

const origins: readonly Origin[] = [
  {
    timezone: 'Eastern Time (US & Canada)',
    given: [
      ['Grace', 'grace'],
      ['Marcus', 'marcus'],
      ['Siobhán', 'siobhan'],
      ['Tyrone', 'tyrone'],
    ],
    family: [
      ["O'Connor", "o'connor"],
      ['Whitfield', 'whitfield'],
      ['Baker-Hughes', 'baker-hughes'],
      ['Lee', 'lee'],
    ],
  },
  {
    timezone: 'Berlin',
    given: [
      ['Jürgen', 'juergen'],
      ['Zoë', 'zoe'],
      ['Anneliese', 'anneliese'],
      ['Björn', 'bjoern'],
    ],
    family: [
      ['Groß', 'gross'],
      ['Müller', 'mueller'],
      ['von der Heide', 'vonderheide'],
      ['Öztürk', 'oeztuerk'],
    ],
  },
  {
    timezone: 'Kyiv',
    given: [
      ['Олена', 'olena'],
      ['Тарас', 'taras'],
      ['Ірина', 'iryna'],
      ['Богдан', 'bohdan'],
    ],
    family: [
      ['Шевченко', 'shevchenko'],
      ['Коваль', 'koval'],
      ["Лук'яненко", 'lukianenko'],
      ['Гончар', 'honchar'],
    ],
  },
  {
    timezone: 'Tokyo',
    given: [
      ['陽子', 'yoko'],
      ['健太', 'kenta'],
      ['さくら', 'sakura'],
      ['大輔', 'daisuke'],
    ],
    family: [
      ['佐藤', 'sato'],
      ['鈴木', 'suzuki'],
      ['高橋', 'takahashi'],
      ['伊藤', 'ito'],
    ],
  },
  {
    timezone: 'Riyadh',
    given: [
      ['ليلى', 'layla'],
      ['يوسف', 'yusuf'],
      ['مريم', 'maryam'],
      ['خالد', 'khalid'],
    ],
    family: [
      ['حداد', 'haddad'],
      ['منصور', 'mansour'],
      ['الخطيب', 'alkhatib'],
      ['نصر', 'nasr'],
    ],
  },
  {
    timezone: 'Mumbai',
    given: [
      ['प्रिया', 'priya'],
      ['अर्जुन', 'arjun'],
      ['Meera', 'meera'],
      ['Rohan', 'rohan'],
    ],
    family: [
      ['शर्मा', 'sharma'],
      ['Iyer', 'iyer'],
      ['पटेल', 'patel'],
      ['Banerjee', 'banerjee'],
    ],
  },
  {
    timezone: 'Lisbon',
    given: [
      ['João', 'joao'],
      ['Inês', 'ines'],
      ['Begoña', 'begona'],
      ['Łukasz', 'lukasz'],
    ],
    family: [
      ['Conceição', 'conceicao'],
      ['Núñez', 'nunez'],
      ['Wójcik', 'wojcik'],
      ["D'Ângelo", "d'angelo"],
    ],
  },
  {
    timezone: 'Athens',
    given: [
      ['Ελένη', 'eleni'],
      ['Γιώργος', 'giorgos'],
      ['Δήμητρα', 'dimitra'],
      ['Νίκος', 'nikos'],
    ],
    family: [
      ['Παπαδοπούλου', 'papadopoulou'],
      ['Αλεξίου', 'alexiou'],
      ['Γεωργίου', 'georgiou'],
      ['Σταύρου', 'stavrou'],
    ],
  },
]

const trades = ['Developer', 'Designer', 'Tester', 'Writer', 'Analyst']
const firstId = 3_100_001
const firstCreatedMs = Date.UTC(2023, 0, 9, 9)

/** Creates the contractors: always the same ones in the same order. From the 129th on, names repeat. */
export function createContractors(count: number): User[] {
  return Array.from({ length: count }, (_, index) => contractor(index))
}

/** Every thirteenth contractor is inactive. Harvest keeps and lists the entries of inactive users. */
function contractor(index: number): User {
  const origin = origins[index % origins.length]!
  const [given, family, namesake] = pickName(origin, Math.floor(index / origins.length))
  const created = formatTimestamp(firstCreatedMs + index * 7_200_000)
  return {
    id: firstId + index * 7,
    first_name: given[0],
    last_name: family[0],
    email: `${given[1]}.${family[1]}${namesake === 0 ? '' : namesake + 1}@contractors.example`,
    telephone: '',
    timezone: origin.timezone,
    has_access_to_all_future_projects: false,
    is_contractor: true,
    is_active: index % 13 !== 12,
    weekly_capacity: 126_000,
    default_hourly_rate: 60 + (index % 9) * 10,
    cost_rate: 40 + (index % 9) * 5,
    roles: [trades[index % trades.length]!],
    access_roles: ['member'],
    avatar_url: 'https://contractors.example/avatar.png',
    created_at: created,
    updated_at: created,
  }
}

/** Walks all pairs of an origin's names, along the diagonals of the square, before it repeats one. */
function pickName({ given, family }: Origin, index: number): [given: Name, family: Name, namesake: number] {
  const row = index % given.length
  const diagonal = Math.floor(index / given.length)
  return [
    given[row]!,
    family[(row + diagonal) % family.length]!,
    Math.floor(index / (given.length * family.length)),
  ]
}
