/** The last day of the data; fixed, so that data kept from an earlier run is the same. */
export const lastDay = '2026-11-20'
export const days = 5 * 365

/** Every n-th of the rows, by a number of its own: the same rows in every run. */
const pick = (count: number, seed: number) => `(abs(hashint8extended(g, ${seed})) % ${count})`

/**
 * Rows as a company of a thousand people makes them in five years: ids follow time, entries come in within three days,
 * are approved a week later but for one in two hundred, one in a hundred was written ahead of its day, and one source
 * was given up after three years.
 * @param total rows of the whole table, over which the five years are spread
 */
export function insertTimesheets(first: number, last: number, total: number): string {
  return `
    insert into timesheets (id, user_id, day, instant, date_written, project, seconds, notes, source, external_id, digest,
      correction, correction_state, deleted_at, approved_at, approved_by, action, client_id, version, created_at, updated_at)
    select id, user_id, day, day, day::text, project, seconds, notes, source,
           case when source not like 'app:%' then id::text end, decode(md5(id::text), 'hex'),
           case when corrected then jsonb_build_object('deleted', true) end, case when corrected then 'pending' end,
           deleted_at, approved_at, case when approved_at is not null then 'approver-' || id % 20 end,
           case when approved_at is not null then 'approved' when deleted_at is not null then 'deleted' else 'created' end,
           'contractor-sync', case when coalesce(approved_at, deleted_at) is null then 1 else 2 end, created_at,
           coalesce(approved_at, deleted_at, created_at)
      from (select *, approved_at is not null and ${pick(500, 9).replace('(g', '(id')} = 0 as corrected from (
        select *, case when deleted_at is null and day < date '${lastDay}' - 14 and slow <> 0 then created_at + interval '7 days' end as approved_at
          from (
          select *, case when gone = 0 then created_at + interval '1 day' end as deleted_at from (
            select g as id, 'user-' || lpad(${pick(1000, 1)}::text, 4, '0') as user_id,
                   date '${lastDay}' - ${days - 1} + (g * ${days - 1} / ${total})::int
                     + case when ${pick(100, 11)} = 0 then 3 + ${pick(60, 12)} else 0 end::int as day,
                   'Project ' || lpad(${pick(200, 2)}::text, 3, '0') || ' Storefront' as project,
                   900 * (1 + ${pick(32, 3)}) as seconds,
                   case when ${pick(10, 4)} < 6 then 'Meeting about the release, and what came out of it ' || g end as notes,
                   case when g < ${total} * 0.6 and ${pick(10, 5)} < 6 then 'harvest'
                        else (array['toggl', 'clockify', 'csv-import', 'app:timesheets-web'])[1 + ${pick(4, 6)}] end as source,
                   timestamptz '${lastDay} 18:00Z' - ${days - 1} * interval '1 day'
                     + (g * ${days - 1} / ${total}) * interval '1 day' + ${pick(259_200, 7)} * interval '1 second' as created_at,
                   ${pick(200, 8)} as slow, ${pick(200, 10)} as gone
              from generate_series(${first}::bigint, ${last}::bigint) as g
          ) as made
        ) as kept
      ) as approved
    ) as entry`
}

/** The first version of every entry that has two. */
export function insertVersions(first: number, last: number): string {
  return `
    insert into timesheet_versions (timesheet_id, version, superseded_at, user_id, day, instant, date_written, project, seconds,
      notes, source, external_id, digest, action, client_id, created_at, updated_at)
    select id, 1, updated_at, user_id, day, instant, date_written, project, seconds, notes, source, external_id, digest,
           'created', client_id, created_at, created_at
      from timesheets where id between ${first} and ${last} and version = 2`
}
