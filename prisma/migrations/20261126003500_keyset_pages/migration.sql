-- Lists are plain keyset pages now, so nothing reads transaction ids any more. The columns "xid" and "superseded_xid" stay:
-- pods of the release before still read them while a rolling update runs. prisma/next-release drops them.
--
-- Locks: every statement here takes ACCESS EXCLUSIVE on "timesheets" or "timesheet_versions", but changes the catalog only,
-- so it needs milliseconds at any size once it has the lock. It waits for statements and transactions that run (the service's
-- end within 2 x DATABASE_TIMEOUT_MS), and requests wait behind it. A dump (pg_dump) holds its lock until it ends: do not run
-- this while a backup runs. "timesheets" comes first, as in every transaction of the service, so none can deadlock with it.

-- AlterTable
ALTER TABLE "timesheets" ALTER COLUMN "xid" DROP DEFAULT;

-- DropIndex
DROP INDEX "timesheets_ahead_day_id_idx";

-- DropIndex
DROP INDEX "timesheets_ahead_user_id_day_id_idx";

-- DropIndex
DROP INDEX "timesheets_created_at_idx";

-- DropIndex
DROP INDEX "timesheet_versions_ahead_day_timesheet_id_idx";

-- DropIndex
DROP INDEX "timesheet_versions_ahead_user_id_day_timesheet_id_idx";

-- DropIndex
DROP INDEX "timesheet_versions_project_day_timesheet_id_idx";

-- DropIndex
DROP INDEX "timesheet_versions_source_day_timesheet_id_idx";

-- DropIndex
DROP INDEX "timesheet_versions_superseded_at_idx";

-- As before, without transaction ids. A row keeps the id that it has; the release before takes a null or an old id for
-- "visible", so its pages still work.
CREATE OR REPLACE FUNCTION "keep_timesheet_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."version" := OLD."version" + 1;
  NEW."updated_at" := greatest(date_trunc('milliseconds', clock_timestamp()), OLD."updated_at");
  INSERT INTO "timesheet_versions" (
    "timesheet_id", "version", "superseded_at", "user_id", "day", "instant", "date_written", "project", "seconds",
    "notes", "source", "external_id", "digest", "accepted_digest", "correction", "correction_state", "deleted_at",
    "approved_at", "approved_by", "returned_reason", "action", "client_id", "person", "created_at", "updated_at"
  ) VALUES (
    OLD."id", OLD."version", NEW."updated_at", OLD."user_id", OLD."day", OLD."instant", OLD."date_written", OLD."project",
    OLD."seconds", OLD."notes", OLD."source", OLD."external_id", OLD."digest", OLD."accepted_digest", OLD."correction",
    OLD."correction_state", OLD."deleted_at", OLD."approved_at", OLD."approved_by", OLD."returned_reason", OLD."action",
    OLD."client_id", OLD."person", OLD."created_at", OLD."updated_at"
  );
  RETURN NEW;
END $$;
