-- The indexes on "timesheets" lock it against writers while they are built: minutes at ten million rows. Run it in a quiet hour.

-- AlterTable
ALTER TABLE "timesheets" ADD COLUMN     "accepted_digest" BYTEA,
ADD COLUMN     "action" TEXT NOT NULL DEFAULT 'created',
ADD COLUMN     "approved_by" TEXT,
ADD COLUMN     "correction" JSONB,
ADD COLUMN     "correction_state" TEXT,
ADD COLUMN     "person" TEXT,
ADD COLUMN     "returned_reason" TEXT;

-- CreateTable
CREATE TABLE "timesheet_versions" (
    "timesheet_id" BIGINT NOT NULL,
    "version" INTEGER NOT NULL,
    "superseded_at" TIMESTAMPTZ(3) NOT NULL,
    "user_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "instant" TIMESTAMPTZ(3) NOT NULL,
    "date_written" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "seconds" INTEGER NOT NULL,
    "notes" TEXT,
    "source" TEXT NOT NULL,
    "external_id" TEXT,
    "digest" BYTEA,
    "accepted_digest" BYTEA,
    "correction" JSONB,
    "correction_state" TEXT,
    "deleted_at" TIMESTAMPTZ(3),
    "approved_at" TIMESTAMPTZ(3),
    "approved_by" TEXT,
    "returned_reason" TEXT,
    "action" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "person" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "timesheet_versions_pkey" PRIMARY KEY ("timesheet_id","version")
);

-- CreateTable
CREATE TABLE "people" (
    "user_id" TEXT NOT NULL,
    "name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "people_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "person_names" (
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,

    CONSTRAINT "person_names_pkey" PRIMARY KEY ("kind","name")
);

-- CreateIndex
CREATE INDEX "timesheet_versions_superseded_at_idx" ON "timesheet_versions"("superseded_at");

-- CreateIndex
CREATE INDEX "timesheet_versions_user_id_day_timesheet_id_idx" ON "timesheet_versions"("user_id", "day" DESC, "timesheet_id" DESC);

-- CreateIndex
CREATE INDEX "person_names_user_id_idx" ON "person_names"("user_id");

-- CreateIndex
CREATE INDEX "timesheets_user_id_day_id_idx" ON "timesheets"("user_id", "day" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "timesheets_day_id_idx" ON "timesheets"("day" DESC, "id" DESC);

-- AddForeignKey
ALTER TABLE "person_names" ADD CONSTRAINT "person_names_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "people"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Every version is kept, whoever changes a row and however: the row as it stood goes to timesheet_versions before a
-- change takes its place. Versions of an entry follow each other without gaps, and so do their times.
CREATE FUNCTION "keep_timesheet_version"() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER "timesheets_keep_version" BEFORE UPDATE ON "timesheets"
  FOR EACH ROW EXECUTE FUNCTION "keep_timesheet_version"();

-- What was is never rewritten.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;

CREATE TRIGGER "timesheet_versions_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "timesheet_versions"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
