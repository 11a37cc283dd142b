-- CreateTable
CREATE TABLE "timesheets" (
    "id" BIGSERIAL NOT NULL,
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
    "deleted_at" TIMESTAMPTZ(3),
    "approved_at" TIMESTAMPTZ(3),
    "client_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "timesheets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sources" (
    "name" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sources_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE UNIQUE INDEX "timesheets_source_external_id_key" ON "timesheets"("source", "external_id");
