-- The two roles of an external Postgres: one that migrates and owns what is made, one that the service logs in as and
-- that can change rows and nothing else. Once, as an administrator of the server, in the database of Timesheets:
--   psql "$ADMIN_URL" --set ON_ERROR_STOP=1 --single-transaction --file k8s/database-roles.sql
-- and then in psql: \password timesheets_owner, \password timesheets_service
create role timesheets_owner login;
create role timesheets_service login;

grant create, usage on schema public to timesheets_owner;
grant usage on schema public to timesheets_service;

-- Whoever is no superuser may speak for another role only as a member of it.
grant timesheets_owner to current_user;

-- What the migrations will make. An id comes from a sequence, so rows alone are not enough.
alter default privileges for role timesheets_owner in schema public
  grant select, insert, update, delete on tables to timesheets_service;
alter default privileges for role timesheets_owner in schema public
  grant usage on sequences to timesheets_service;
