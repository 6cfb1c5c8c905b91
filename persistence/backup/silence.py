"""A copy of the database that tells the world outside nothing of what its original has told already."""

SILENCE = """
SET LOCAL search_path = public;
DO $silence$ BEGIN
    -- A backup may be older than a table.
    IF to_regclass('public.webhooks') IS NOT NULL THEN
        UPDATE public.webhooks
        SET disabled_at = now(), last_error = 'disabled when a backup was restored without --live'
        WHERE disabled_at IS NULL;
    END IF;
    IF to_regclass('public.procrastinate_jobs') IS NOT NULL THEN
        DELETE FROM public.procrastinate_jobs WHERE queue_name = 'webhooks' AND status IN ('todo', 'doing');
    END IF;
    IF to_regclass('public.notices') IS NOT NULL THEN
        UPDATE public.notices SET settled_at = now(), outcome = 'GivenUp' WHERE settled_at IS NULL;
    END IF;
END $silence$;
"""
"""SQL, as the owner: webhooks are disabled, their deliveries gone, and notices that wait are given up."""
