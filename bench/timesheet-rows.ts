/** The last day of the data; fixed, so that an earlier run's data can be used again. */
export const lastDay = '2026-11-20'
const days = 5 * 365
const end = `timestamptz '${lastDay} 18:00Z'`

/** A pseudo-random number below `count` per row, the same in every run. */
const pick = (count: number, seed: number) => `(abs(hashint8extended(id, ${seed})) % ${count})`

/**
 * Generates rows as a company creates them in five years: five hundred people, and a team of which one client writes every eighth
 * entry. An entry comes in on its day or within three days, and is approved a week later but for one in two hundred;
 * one in a hundred was written ahead of its day, and one source was given up after three years.
 * @param total rows of the whole table, over which the five years are spread
 */
export function insertTimesheets(first: number, last: number, total: number): string {
  return `
    insert into timesheets (id, user_id, day, instant, date_written, project, seconds, notes, source, external_id, digest,
      correction, correction_state, deleted_at, approved_at, approved_by, action, client_id, version, created_at, updated_at)
    with timed as (
      select id, ${end} - (${total} - id) * (interval '${days} days' / ${total}) as created_at
        from generate_series(${first}::bigint, ${last}::bigint) as id
    ), made as (
      select *, (created_at at time zone 'UTC')::date
                  + (case when ${pick(100, 11)} = 0 then 3 + ${pick(60, 12)} else -${pick(4, 7)} end)::int as day,
             case when id < ${total} * 0.6 and ${pick(10, 5)} < 6 then 'harvest'
                  else (array['toggl', 'clockify', 'csv-import', 'app:timesheets-web'])[1 + ${pick(4, 6)}] end as source,
             case when ${pick(200, 10)} = 0 and created_at < ${end} - interval '1 day'
                  then created_at + interval '1 day' end as deleted_at
        from timed
    ), approved as (
      select *, case when deleted_at is null and ${pick(200, 8)} > 0 and created_at < ${end} - interval '7 days'
                     then created_at + interval '7 days' end as approved_at
        from made
    ), corrected as (
      select *, approved_at is not null and ${pick(500, 9)} = 0 as is_corrected from approved
    )
    select id, case when ${pick(8, 13)} = 0 then 'team-0001' else 'user-' || lpad(${pick(500, 1)}::text, 4, '0') end,
           day, day, day::text, 'Project ' || lpad(${pick(200, 2)}::text, 3, '0') || ' Storefront', 900 * (1 + ${pick(32, 3)}),
           case when ${pick(10, 4)} < 6 then 'Meeting about the release, and what came out of it ' || id end,
           source, case when source not like 'app:%' then id::text end, decode(md5(id::text), 'hex'),
           case when is_corrected then jsonb_build_object('deleted', true) end, case when is_corrected then 'pending' end,
           deleted_at, approved_at, case when approved_at is not null then 'approver-' || id % 20 end,
           case when approved_at is not null then 'approved' when deleted_at is not null then 'deleted' else 'created' end,
           'contractor-sync', case when coalesce(approved_at, deleted_at) is null then 1 else 2 end, created_at,
           coalesce(approved_at, deleted_at, created_at)
      from corrected`
}

/** Generates the first version of every entry that has two. */
export function insertVersions(first: number, last: number): string {
  return `
    insert into timesheet_versions (timesheet_id, version, superseded_at, user_id, day, instant, date_written, project, seconds,
      notes, source, external_id, digest, action, client_id, created_at, updated_at)
    select id, 1, updated_at, user_id, day, instant, date_written, project, seconds, notes, source, external_id, digest,
           'created', client_id, created_at, created_at
      from timesheets where id between ${first} and ${last} and version = 2`
}
