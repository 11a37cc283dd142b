/** A reference of an entry to a project, client, task or person. */
export interface Reference {
  readonly id: number
  readonly name: string
}

export interface Project {
  readonly reference: Reference
  readonly client: Reference
  readonly tasks: readonly Task[]
}

export interface Task {
  readonly reference: Reference
  readonly billable: boolean
}

const storeZero = { id: 5_735_801, name: 'StoreZero' }
const nordlicht = { id: 5_735_802, name: 'Nordlicht Möbel' }
const cafe = { id: 5_735_803, name: 'Café Müller' }
const sakura = { id: 5_735_804, name: '株式会社さくら' }
const pelican = { id: 5_735_805, name: 'Pelican Freight' }
const mare = { id: 5_735_806, name: 'Fundação Maré' }
const ourselves = { id: 5_735_807, name: 'Example Co' }

const design = task(8_083_365, 'Graphic Design')
const programming = task(8_083_401, 'Programming')
const testing = task(8_083_402, 'Testing & QA')
const research = task(8_083_403, 'Research')
const writing = task(8_083_404, 'Writing')
const support = task(8_083_405, 'Support')
const meetings = { ...task(8_083_406, 'Meetings'), billable: false }

/** The projects of the contractors. Two projects of different clients have the same name, as real ones do. */
export const projects: readonly Project[] = [
  project(14_308_001, 'StoreZero', storeZero, [programming, testing, meetings]),
  project(14_308_002, 'Checkout & Payments', storeZero, [programming, testing, research]),
  project(14_308_003, 'Website Redesign', nordlicht, [design, programming, meetings]),
  project(14_308_004, 'Produktkatalog 2026', nordlicht, [writing, design]),
  project(14_308_005, 'Website Redesign', cafe, [design, programming]),
  project(14_308_006, 'Loyalty App', cafe, [programming, testing, support]),
  project(14_308_007, 'モバイルアプリ', sakura, [programming, testing, meetings]),
  project(14_308_008, 'Data Warehouse Migration', pelican, [programming, research, meetings]),
  project(14_308_009, 'Driver Portal', pelican, [programming, support]),
  project(14_308_010, 'Annual Report', mare, [writing, design]),
  project(14_308_011, 'Support Desk', mare, [support, meetings]),
  project(14_308_012, 'Tooling "Phoenix"', ourselves, [programming, research, meetings]),
]

function project(id: number, name: string, client: Reference, tasks: readonly Task[]): Project {
  return { reference: { id, name }, client, tasks }
}

function task(id: number, name: string): Task {
  return { reference: { id, name }, billable: true }
}
