-- The indexes on "timesheets" lock it against writers while they are built: minutes at ten million rows. Run it in a quiet hour.

-- AlterTable
ALTER TABLE "timesheet_versions" ADD COLUMN     "superseded_xid" BIGINT,
ADD COLUMN     "xid" BIGINT;

-- AlterTable
-- The default comes after the column: together they would rewrite the table. Rows without one are older than any page.
ALTER TABLE "timesheets" ADD COLUMN     "xid" BIGINT;
ALTER TABLE "timesheets" ALTER COLUMN "xid" SET DEFAULT ((pg_current_xact_id())::text)::bigint;

-- CreateIndex
CREATE INDEX "timesheet_versions_day_timesheet_id_idx" ON "timesheet_versions"("day" DESC, "timesheet_id" DESC);

-- CreateIndex
CREATE INDEX "timesheets_project_day_id_idx" ON "timesheets"("project", "day" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "timesheets_source_day_id_idx" ON "timesheets"("source", "day" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "timesheets_updated_at_idx" ON "timesheets"("updated_at");

-- CreateIndex
CREATE INDEX "timesheets_waiting_day_id_idx" ON "timesheets"("day" DESC, "id" DESC) WHERE (deleted_at IS NULL) AND ((approved_at IS NULL) OR (correction_state = 'pending'::text));

-- CreateIndex
CREATE INDEX "timesheets_waiting_user_id_day_id_idx" ON "timesheets"("user_id", "day" DESC, "id" DESC) WHERE (deleted_at IS NULL) AND ((approved_at IS NULL) OR (correction_state = 'pending'::text));

-- As it was, and each version knows the transactions that made and superseded it.
CREATE OR REPLACE FUNCTION "keep_timesheet_version"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  "current_xid" CONSTANT bigint := pg_current_xact_id()::text::bigint;
BEGIN
  NEW."version" := OLD."version" + 1;
  NEW."updated_at" := greatest(date_trunc('milliseconds', clock_timestamp()), OLD."updated_at");
  NEW."xid" := "current_xid";
  INSERT INTO "timesheet_versions" (
    "timesheet_id", "version", "superseded_at", "user_id", "day", "instant", "date_written", "project", "seconds",
    "notes", "source", "external_id", "digest", "accepted_digest", "correction", "correction_state", "deleted_at",
    "approved_at", "approved_by", "returned_reason", "action", "client_id", "person", "created_at", "updated_at",
    "xid", "superseded_xid"
  ) VALUES (
    OLD."id", OLD."version", NEW."updated_at", OLD."user_id", OLD."day", OLD."instant", OLD."date_written", OLD."project",
    OLD."seconds", OLD."notes", OLD."source", OLD."external_id", OLD."digest", OLD."accepted_digest", OLD."correction",
    OLD."correction_state", OLD."deleted_at", OLD."approved_at", OLD."approved_by", OLD."returned_reason", OLD."action",
    OLD."client_id", OLD."person", OLD."created_at", OLD."updated_at",
    OLD."xid", "current_xid"
  );
  RETURN NEW;
END $$;
