#!/bin/bash
# Run by the postgres image when it makes the database: the role that the services log in as owns the database and is
# nothing else on the server.
psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set password="$(</run/secrets/database_password)" <<'SQL'
create role timesheets login password :'password';
alter database timesheets owner to timesheets;
alter schema public owner to timesheets;
SQL
