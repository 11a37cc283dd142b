-- Creates the two roles of an external Postgres: timesheets_owner migrates and owns the tables, timesheets_service reads
-- and writes rows only. Run it once, as an administrator of the server, in the database of Timesheets:
--   psql "$ADMIN_URL" --set ON_ERROR_STOP=1 --single-transaction --file k8s/database-roles.sql
-- Then set the passwords in psql: \password timesheets_owner and \password timesheets_service
create role timesheets_owner login;
create role timesheets_service login;

grant create, usage on schema public to timesheets_owner;
grant usage on schema public to timesheets_service;

-- An administrator without superuser rights must be a member of a role to set its default privileges.
grant timesheets_owner to current_user;

-- For tables of later migrations. Ids come from sequences, so these need a grant as well.
alter default privileges for role timesheets_owner in schema public
  grant select, insert, update, delete on tables to timesheets_service;
alter default privileges for role timesheets_owner in schema public
  grant usage on sequences to timesheets_service;
