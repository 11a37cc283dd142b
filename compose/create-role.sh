#!/bin/bash
# The postgres image runs this script when it creates the database. The role of the services owns the database and has no
# other rights on the server.
psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set password="$(</run/secrets/database_password)" <<'SQL'
create role timesheets login password :'password';
alter database timesheets owner to timesheets;
alter schema public owner to timesheets;
SQL
