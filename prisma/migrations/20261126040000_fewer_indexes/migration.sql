-- Every index costs each insert. These did not earn their place (docs/decisions/0013-fewer-indexes.md).
--
-- Locks: CREATE INDEX lets no writer in while it reads the table, about 5 s at ten million rows; readers go on. DROP INDEX needs
-- milliseconds once it has its lock. The new index comes first, so that the release before, which still runs, keeps an
-- index for entries that need a decision.

-- CreateIndex
CREATE INDEX "timesheets_waiting_day_id_user_id_idx" ON "timesheets"("day" DESC, "id" DESC, "user_id") WHERE ((deleted_at IS NULL) AND ((approved_at IS NULL) OR (correction_state = 'pending'::text)));

-- DropIndex
DROP INDEX "timesheets_approved_day_id_idx";

-- DropIndex
DROP INDEX "timesheets_project_day_id_idx";

-- DropIndex
DROP INDEX "timesheets_waiting_day_id_idx";

-- DropIndex
DROP INDEX "timesheets_waiting_user_id_day_id_idx";
