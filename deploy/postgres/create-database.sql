-- The owner's role and its empty database. Variables: owner, owner_password, database, createdb (CREATEDB or nothing).
-- May be run again: it then only sets the password. Schemas and the services' roles are made by `forumctl migrate`.
SELECT format('CREATE ROLE %I LOGIN CREATEROLE', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec

ALTER ROLE :"owner" LOGIN CREATEROLE :createdb PASSWORD :'owner_password';

SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8''', :'database', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec

REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
