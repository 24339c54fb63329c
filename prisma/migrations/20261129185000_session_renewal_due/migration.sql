-- AlterTable
ALTER TABLE "Session" ADD COLUMN     "renewalDueAt" TIMESTAMP(3);
