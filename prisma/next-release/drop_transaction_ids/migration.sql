-- No release that may still run reads or writes these columns.
--
-- Locks: ACCESS EXCLUSIVE on both tables, for a change of the catalog only: milliseconds at any size once it has the lock.
-- The disk space of the columns returns as rows are rewritten. Do not run this while a backup (pg_dump) runs.

-- AlterTable
ALTER TABLE "timesheets" DROP COLUMN "xid";

-- AlterTable
ALTER TABLE "timesheet_versions" DROP COLUMN "superseded_xid",
DROP COLUMN "xid";
