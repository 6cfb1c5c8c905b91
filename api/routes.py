"""Every message the bus carries: its handler, the lowest role that may send it, the scope it needs."""

from __future__ import annotations

from collections.abc import Mapping

from api.approval.ask import Handle, with_approval
from api.bus import Route
from api.features import (
    apply_suggestion,
    approve_change,
    archive_closures,
    begin_session,
    check_resource_availability,
    clear_away,
    confirm_schedule,
    count_login_attempt,
    create_access_token,
    create_calendar,
    create_event,
    create_feed,
    create_resource,
    create_service_account,
    create_user,
    create_webhook,
    delete_calendar,
    delete_event,
    delete_resource,
    delete_webhook,
    detect_conflicts,
    dismiss_conflict,
    end_sessions,
    erase_user,
    escalate_conflict,
    get_access_tokens,
    get_availability_slots,
    get_calendar,
    get_calendar_access,
    get_calendar_revision,
    get_calendar_view,
    get_calendars,
    get_conflict_by_id,
    get_conflicts,
    get_daily_schedule,
    get_event,
    get_events,
    get_export,
    get_export_files,
    get_exported_schedule,
    get_feed_by_token,
    get_feed_schedule,
    get_feeds,
    get_jobs_waiting,
    get_list_revision,
    get_login,
    get_me,
    get_monthly_schedule,
    get_notice_preferences,
    get_occurrence,
    get_overdue_conflicts,
    get_personal_data,
    get_resource,
    get_resource_revision,
    get_resources,
    get_scheduled_event_by_id,
    get_scheduled_events,
    get_series_out_of_step,
    get_service_account,
    get_suggestion,
    get_token_bearer,
    get_user,
    get_user_by_email,
    get_users,
    get_webhook,
    get_webhooks,
    get_weekly_schedule,
    grant_calendar_access,
    import_schedule,
    mark_resource_available,
    mark_resource_unavailable,
    note_holds,
    note_person,
    realign_series,
    record_export,
    redeliver_facts,
    reject_change,
    remove_event_from_calendar,
    renew_session,
    reschedule_event,
    resolve_conflict,
    review_conflict,
    revoke_access_token,
    revoke_calendar_access,
    revoke_feed,
    rotate_webhook_secret,
    schedule_event,
    schedule_many,
    schedule_series,
    set_password,
    update_calendar,
    update_event,
    update_notice_preferences,
    update_resource,
    update_scheduled_event,
    update_service_account,
    update_user,
    update_webhook,
)
from domain.enums import Role, Scope

_CHANGES: Mapping[type, Handle] = {
    remove_event_from_calendar.RemoveEventFromCalendar: remove_event_from_calendar.handle,
    reschedule_event.RescheduleEvent: reschedule_event.handle,
    update_scheduled_event.UpdateScheduledEvent: update_scheduled_event.handle,
}
"""What makes the changes that may need a manager's approval."""

ROUTES: Mapping[type, Route] = {
    get_calendars.GetCalendars: Route(get_calendars.handle),
    get_calendar.GetCalendar: Route(get_calendar.handle),
    create_calendar.CreateCalendar: Route(create_calendar.handle, Role.Admin, scope=Scope.Manage),
    update_calendar.UpdateCalendar: Route(update_calendar.handle, Role.Admin, scope=Scope.Manage),
    delete_calendar.DeleteCalendar: Route(delete_calendar.handle, Role.Admin, scope=Scope.Manage),
    get_calendar_access.GetCalendarAccess: Route(get_calendar_access.handle, Role.Admin),
    grant_calendar_access.GrantCalendarAccess: Route(
        grant_calendar_access.handle, Role.Admin, scope=Scope.Manage
    ),
    revoke_calendar_access.RevokeCalendarAccess: Route(
        revoke_calendar_access.handle, Role.Admin, scope=Scope.Manage
    ),
    get_calendar_revision.GetCalendarRevision: Route(get_calendar_revision.handle),
    get_list_revision.GetListRevision: Route(get_list_revision.handle),
    get_calendar_view.GetCalendarView: Route(get_calendar_view.handle),
    get_daily_schedule.GetDailySchedule: Route(get_daily_schedule.handle),
    get_weekly_schedule.GetWeeklySchedule: Route(get_weekly_schedule.handle),
    get_monthly_schedule.GetMonthlySchedule: Route(get_monthly_schedule.handle),
    get_resources.GetResources: Route(get_resources.handle),
    get_resource.GetResource: Route(get_resource.handle),
    create_resource.CreateResource: Route(create_resource.handle, Role.Manager, scope=Scope.Manage),
    update_resource.UpdateResource: Route(update_resource.handle, Role.Manager, scope=Scope.Manage),
    delete_resource.DeleteResource: Route(delete_resource.handle, Role.Manager, scope=Scope.Manage),
    check_resource_availability.CheckResourceAvailability: Route(check_resource_availability.handle),
    get_resource_revision.GetResourceRevision: Route(get_resource_revision.handle),
    get_availability_slots.GetAvailabilitySlots: Route(get_availability_slots.handle),
    mark_resource_unavailable.MarkResourceUnavailable: Route(
        mark_resource_unavailable.handle, Role.Staff, scope=Scope.Manage
    ),
    mark_resource_available.MarkResourceAvailable: Route(
        mark_resource_available.handle, Role.Staff, scope=Scope.Manage
    ),
    create_feed.CreateFeed: Route(create_feed.handle, scope=Scope.Manage),
    get_feeds.GetFeeds: Route(get_feeds.handle),
    revoke_feed.RevokeFeed: Route(revoke_feed.handle, scope=Scope.Manage),
    get_feed_by_token.GetFeedByToken: Route(get_feed_by_token.handle),
    get_feed_schedule.GetFeedSchedule: Route(get_feed_schedule.handle),
    create_webhook.CreateWebhook: Route(create_webhook.handle, Role.Staff, scope=Scope.Manage),
    get_webhooks.GetWebhooks: Route(get_webhooks.handle, Role.Staff),
    get_webhook.GetWebhook: Route(get_webhook.handle, Role.Staff),
    update_webhook.UpdateWebhook: Route(update_webhook.handle, Role.Staff, scope=Scope.Manage),
    delete_webhook.DeleteWebhook: Route(delete_webhook.handle, Role.Staff, scope=Scope.Manage),
    rotate_webhook_secret.RotateWebhookSecret: Route(
        rotate_webhook_secret.handle, Role.Staff, scope=Scope.Manage
    ),
    redeliver_facts.RedeliverFacts: Route(redeliver_facts.handle, Role.Staff, scope=Scope.Manage),
    get_notice_preferences.GetNoticePreferences: Route(get_notice_preferences.handle),
    update_notice_preferences.UpdateNoticePreferences: Route(
        update_notice_preferences.handle, scope=Scope.Manage
    ),
    get_export.GetExport: Route(get_export.handle),
    get_exported_schedule.GetExportedSchedule: Route(get_exported_schedule.handle),
    record_export.RecordExport: Route(record_export.handle),
    get_events.GetEvents: Route(get_events.handle),
    get_event.GetEvent: Route(get_event.handle),
    create_event.CreateEvent: Route(create_event.handle, scope=Scope.Book),
    update_event.UpdateEvent: Route(update_event.handle, scope=Scope.Book),
    delete_event.DeleteEvent: Route(delete_event.handle, scope=Scope.Book),
    import_schedule.ImportSchedule: Route(import_schedule.handle, Role.Manager, scope=Scope.Manage),
    apply_suggestion.ApplySuggestion: Route(apply_suggestion.handle, scope=Scope.Book),
    get_suggestion.GetSuggestion: Route(get_suggestion.handle),
    confirm_schedule.ConfirmSchedule: Route(confirm_schedule.handle, Role.Staff, scope=Scope.Book),
    get_scheduled_event_by_id.GetScheduledEventById: Route(get_scheduled_event_by_id.handle),
    get_scheduled_events.GetScheduledEvents: Route(get_scheduled_events.handle),
    remove_event_from_calendar.RemoveEventFromCalendar: Route(
        with_approval(remove_event_from_calendar.handle), scope=Scope.Book
    ),
    reschedule_event.RescheduleEvent: Route(with_approval(reschedule_event.handle), scope=Scope.Book),
    schedule_event.ScheduleEvent: Route(schedule_event.handle, scope=Scope.Book),
    schedule_many.ScheduleMany: Route(schedule_many.handle, scope=Scope.Book),
    schedule_series.ScheduleSeries: Route(schedule_series.handle, scope=Scope.Book),
    get_occurrence.GetOccurrence: Route(get_occurrence.handle),
    update_scheduled_event.UpdateScheduledEvent: Route(
        with_approval(update_scheduled_event.handle), scope=Scope.Book
    ),
    approve_change.ApproveChange: Route(
        approve_change.handle_with(_CHANGES), Role.Manager, scope=Scope.Manage
    ),
    reject_change.RejectChange: Route(reject_change.handle, scope=Scope.Book),
    detect_conflicts.DetectConflicts: Route(detect_conflicts.handle, Role.Manager, scope=Scope.Manage),
    dismiss_conflict.DismissConflict: Route(dismiss_conflict.handle, Role.Manager, scope=Scope.Manage),
    escalate_conflict.EscalateConflict: Route(escalate_conflict.handle, Role.Manager, scope=Scope.Manage),
    get_conflict_by_id.GetConflictById: Route(get_conflict_by_id.handle),
    get_conflicts.GetConflicts: Route(get_conflicts.handle),
    resolve_conflict.ResolveConflict: Route(resolve_conflict.handle, Role.Manager, scope=Scope.Manage),
    review_conflict.ReviewConflict: Route(review_conflict.handle, Role.Manager, scope=Scope.Manage),
    get_jobs_waiting.GetJobsWaiting: Route(get_jobs_waiting.handle, Role.Admin),
    # Who may come in. The first six come from those who have not come in yet.
    count_login_attempt.CountLoginAttempt: Route(count_login_attempt.handle),
    get_login.GetLogin: Route(get_login.handle, scope=Scope.Administer),
    begin_session.BeginSession: Route(begin_session.handle, scope=Scope.Administer),
    renew_session.RenewSession: Route(renew_session.handle),
    get_token_bearer.GetTokenBearer: Route(get_token_bearer.handle),
    note_person.NotePerson: Route(note_person.handle),
    end_sessions.EndSessions: Route(end_sessions.handle, scope=Scope.Administer),
    set_password.SetPassword: Route(set_password.handle, scope=Scope.Administer),
    get_me.GetMe: Route(get_me.handle),
    get_users.GetUsers: Route(get_users.handle, Role.Admin, scope=Scope.Administer),
    get_user.GetUser: Route(get_user.handle, Role.Admin, scope=Scope.Administer),
    get_user_by_email.GetUserByEmail: Route(get_user_by_email.handle, Role.Admin, scope=Scope.Administer),
    create_user.CreateUser: Route(create_user.handle, Role.Admin, scope=Scope.Administer),
    update_user.UpdateUser: Route(update_user.handle, Role.Admin, scope=Scope.Administer),
    get_service_account.GetServiceAccount: Route(
        get_service_account.handle, Role.Admin, scope=Scope.Administer
    ),
    create_service_account.CreateServiceAccount: Route(
        create_service_account.handle, Role.Admin, scope=Scope.Administer
    ),
    update_service_account.UpdateServiceAccount: Route(
        update_service_account.handle, Role.Admin, scope=Scope.Administer
    ),
    get_access_tokens.GetAccessTokens: Route(get_access_tokens.handle, Role.Admin, scope=Scope.Administer),
    create_access_token.CreateAccessToken: Route(
        create_access_token.handle, Role.Admin, scope=Scope.Administer
    ),
    revoke_access_token.RevokeAccessToken: Route(
        revoke_access_token.handle, Role.Admin, scope=Scope.Administer
    ),
    # What the command line sends; no endpoint does.
    get_personal_data.GetPersonalData: Route(get_personal_data.handle, Role.Admin, scope=Scope.Administer),
    get_export_files.GetExportFiles: Route(get_export_files.handle, Role.Admin, scope=Scope.Administer),
    erase_user.EraseUser: Route(erase_user.handle, Role.Admin, scope=Scope.Administer),
    # What jobs send; no endpoint does.
    get_overdue_conflicts.GetOverdueConflicts: Route(get_overdue_conflicts.handle, Role.Admin),
    archive_closures.ArchiveClosures: Route(archive_closures.handle, Role.Admin, scope=Scope.Manage),
    get_series_out_of_step.GetSeriesOutOfStep: Route(get_series_out_of_step.handle, Role.Admin),
    realign_series.RealignSeries: Route(realign_series.handle, Role.Admin, scope=Scope.Manage),
    clear_away.ClearAway: Route(clear_away.handle, Role.Admin, scope=Scope.Manage),
    note_holds.NoteHolds: Route(note_holds.handle, Role.Admin, scope=Scope.Manage),
}
