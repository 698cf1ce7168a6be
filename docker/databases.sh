#!/bin/sh
# Run once by PostgreSQL's image on an empty volume: one role and one database for each of the two.
# The quoted :'…' leaves the quoting of the passwords to psql.
set -eu
for name in nerloop doccano; do
    case "$name" in
        nerloop) password=$NERLOOP_DATABASE_PASSWORD ;;
        doccano) password=$DOCCANO_DATABASE_PASSWORD ;;
    esac
    psql --username postgres --set ON_ERROR_STOP=1 --set password="$password" <<SQL
CREATE ROLE $name LOGIN PASSWORD :'password';
CREATE DATABASE $name OWNER $name;
SQL
done
