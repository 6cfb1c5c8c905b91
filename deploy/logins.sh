#!/bin/sh
# Makes the three logins and the database, as README says, when PostgreSQL's volume is made.
set -eu
psql --username="${POSTGRES_USER:-postgres}" --dbname=postgres --set=ON_ERROR_STOP=1 --no-psqlrc \
    --set=owner="$CALLBOARD_OWNER_PASSWORD" \
    --set=app="$CALLBOARD_APP_PASSWORD" \
    --set=worker="$CALLBOARD_WORKER_PASSWORD" <<'SQL'
CREATE ROLE callboard_owner  LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE callboard_app    LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app';
CREATE ROLE callboard_worker LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'worker';
CREATE DATABASE callboard OWNER callboard_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE CONNECT, TEMPORARY ON DATABASE callboard FROM PUBLIC;
GRANT CONNECT ON DATABASE callboard TO callboard_owner, callboard_app, callboard_worker;
SQL
