-- Locks: the new columns and the function change the catalog only. The index on "timesheets" locks it against writers while it
-- is built; it reads the whole table, and has few rows: seconds at ten million. Requests that write wait meanwhile. As with
-- every migration that takes a lock, do not run this while a backup runs.

-- AlterTable
ALTER TABLE "sources" ADD COLUMN     "account" TEXT,
ADD COLUMN     "bookmark" TEXT;

-- AlterTable
ALTER TABLE "timesheet_versions" ADD COLUMN     "sync_run_id" BIGINT;

-- AlterTable
ALTER TABLE "timesheets" ADD COLUMN     "sync_run_id" BIGINT;

-- CreateTable
CREATE TABLE "sync_runs" (
    "id" BIGSERIAL NOT NULL,
    "source" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "from_day" DATE NOT NULL,
    "to_day" DATE NOT NULL,
    "mode" TEXT NOT NULL,
    "is_verify" BOOLEAN NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'running',
    "lease_ms" INTEGER NOT NULL,
    "lease_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "bookmark" TEXT,
    "stats" JSON,
    "proof" TEXT,
    "reported_rejections" INTEGER NOT NULL DEFAULT 0,
    "api_rejections" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "sync_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sync_rejections" (
    "id" BIGSERIAL NOT NULL,
    "sync_run_id" BIGINT NOT NULL,
    "origin" TEXT NOT NULL,
    "external_id" TEXT,
    "problem" JSON NOT NULL,
    "sent" JSON,
    "hash" BYTEA NOT NULL,
    "rejected_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sync_rejections_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "sync_runs_source_id_idx" ON "sync_runs"("source", "id" DESC);

-- CreateIndex
CREATE INDEX "sync_runs_proven_source_id_idx" ON "sync_runs"("source", "id" DESC) WHERE (status = 'succeeded'::text) AND (proof = 'equal'::text);

-- CreateIndex
CREATE UNIQUE INDEX "sync_runs_running_source_key" ON "sync_runs"("source") WHERE (status = 'running'::text);

-- CreateIndex
CREATE INDEX "sync_rejections_sync_run_id_id_idx" ON "sync_rejections"("sync_run_id", "id");

-- CreateIndex
CREATE INDEX "sync_rejections_rejected_at_idx" ON "sync_rejections"("rejected_at");

-- CreateIndex
CREATE UNIQUE INDEX "sync_rejections_sync_run_id_hash_key" ON "sync_rejections"("sync_run_id", "hash");

-- AddForeignKey
ALTER TABLE "sync_rejections" ADD CONSTRAINT "sync_rejections_sync_run_id_fkey" FOREIGN KEY ("sync_run_id") REFERENCES "sync_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The day of the latest source version where it is not the row's own: the digests of a sync run read these rows by it.
-- Prisma cannot describe an index on an expression.
CREATE INDEX "timesheets_source_correction_day_idx" ON "timesheets"("source", (("correction"->>'day') COLLATE "C")) WHERE ("correction" IS NOT NULL);

-- As before, and each version keeps the sync run that wrote it.
CREATE OR REPLACE FUNCTION "keep_timesheet_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."version" := OLD."version" + 1;
  NEW."updated_at" := greatest(date_trunc('milliseconds', clock_timestamp()), OLD."updated_at");
  INSERT INTO "timesheet_versions" (
    "timesheet_id", "version", "superseded_at", "user_id", "day", "instant", "date_written", "project", "seconds",
    "notes", "source", "external_id", "digest", "accepted_digest", "correction", "correction_state", "deleted_at",
    "approved_at", "approved_by", "returned_reason", "action", "client_id", "person", "sync_run_id", "created_at",
    "updated_at"
  ) VALUES (
    OLD."id", OLD."version", NEW."updated_at", OLD."user_id", OLD."day", OLD."instant", OLD."date_written", OLD."project",
    OLD."seconds", OLD."notes", OLD."source", OLD."external_id", OLD."digest", OLD."accepted_digest", OLD."correction",
    OLD."correction_state", OLD."deleted_at", OLD."approved_at", OLD."approved_by", OLD."returned_reason", OLD."action",
    OLD."client_id", OLD."person", OLD."sync_run_id", OLD."created_at", OLD."updated_at"
  );
  RETURN NEW;
END $$;
