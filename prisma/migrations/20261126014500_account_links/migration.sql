-- A new table; it locks nothing.

-- CreateTable
CREATE TABLE "account_links" (
    "subject" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "spelling" TEXT NOT NULL,
    "linked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_links_pkey" PRIMARY KEY ("subject")
);

-- CreateIndex
CREATE INDEX "account_links_email_idx" ON "account_links"("email");
