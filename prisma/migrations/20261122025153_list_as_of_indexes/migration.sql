-- CreateIndex
CREATE INDEX "timesheet_versions_ahead_day_timesheet_id_idx" ON "timesheet_versions"("day" DESC, "timesheet_id" DESC, "updated_at", "user_id", "project", "source") WHERE (day > (((updated_at AT TIME ZONE 'UTC'::text))::date + 1));

-- CreateIndex
CREATE INDEX "timesheet_versions_project_day_timesheet_id_idx" ON "timesheet_versions"("project", "day" DESC, "timesheet_id" DESC);

-- CreateIndex
CREATE INDEX "timesheet_versions_source_day_timesheet_id_idx" ON "timesheet_versions"("source", "day" DESC, "timesheet_id" DESC);

-- CreateIndex
CREATE INDEX "timesheets_approved_day_id_idx" ON "timesheets"("day" DESC, "id" DESC) WHERE (deleted_at IS NULL) AND (approved_at IS NOT NULL);

-- CreateIndex
CREATE INDEX "timesheets_ahead_day_id_idx" ON "timesheets"("day" DESC, "id" DESC, "updated_at", "user_id", "project", "source") WHERE (day > (((updated_at AT TIME ZONE 'UTC'::text))::date + 1));
