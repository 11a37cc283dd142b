-- The indexes on "timesheets" lock it against writers while they are built: seconds at ten million rows.

-- CreateIndex
CREATE INDEX "timesheet_versions_ahead_user_id_day_timesheet_id_idx" ON "timesheet_versions"("user_id", "day" DESC, "timesheet_id" DESC, "updated_at") WHERE (day > (((updated_at AT TIME ZONE 'UTC'::text))::date + 1));

-- CreateIndex
CREATE INDEX "timesheets_created_at_idx" ON "timesheets"("created_at");

-- CreateIndex
CREATE INDEX "timesheets_ahead_user_id_day_id_idx" ON "timesheets"("user_id", "day" DESC, "id" DESC, "updated_at") WHERE (day > (((updated_at AT TIME ZONE 'UTC'::text))::date + 1));
