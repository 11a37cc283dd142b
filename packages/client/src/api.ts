// Written by `npm run api:types` from the OpenAPI document. Do not edit.
export interface paths {
    readonly "/timesheets/upload": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Upload entries of any person
         * @description Uploads one entry, or an array of at most 1000 entries. `source` and `external_id` identify an entry: an upload with the same content changes nothing, and one with other content updates the entry. Each item of an array needs an `external_id`. An invalid item is `rejected` with a problem and does not affect the others.
         */
        readonly post: operations["uploadTimesheets"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/timesheets": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List entries, newest day first
         * @description Own entries, or with `read:reports` those of any person by `user_id`, newest day first. The header `Link` has the URL of the next page. An entry that does not change while the list is read is on exactly one page; an entry that moves to another day meanwhile is shown where it then is. If it appears twice, the one with the higher `version` is current. `Accept: text/csv` or `application/x-ndjson` streams the complete list.
         */
        readonly get: operations["listTimesheets"];
        readonly put?: never;
        /**
         * Enter own hours
         * @description Creates an entry for the person in the token.
         */
        readonly post: operations["createTimesheet"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/timesheets/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read one entry */
        readonly get: operations["getTimesheet"];
        /**
         * Change own hours
         * @description Changes an own entry that is not approved. An entry that was uploaded is changed at its source.
         */
        readonly put: operations["changeTimesheet"];
        readonly post?: never;
        /**
         * Delete own hours
         * @description Deletes an own entry that is not approved; its history stays. An entry that was uploaded is deleted at its source.
         */
        readonly delete: operations["deleteTimesheet"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/timesheets/{id}/history": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List the versions of an entry: what changed, when, and by whom
         * @description Oldest version first, also of a deleted entry.
         */
        readonly get: operations["getTimesheetHistory"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/approvals": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List entries that need a decision: unapproved ones, and ones with a pending correction
         * @description Unapproved entries, and approved ones with a pending correction, newest day first. Pages and formats are those of `GET /timesheets`.
         */
        readonly get: operations["listApprovals"];
        /**
         * Approve many entries at once: by person and days, or by id
         * @description Decides on each entry by itself, so a rejected entry does not affect the others.
         */
        readonly put: operations["approveTimesheets"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/approvals/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Approve an entry and apply its pending correction
         * @description The body is empty, or an empty object. A repeat changes nothing.
         */
        readonly put: operations["approveTimesheet"];
        readonly post?: never;
        /**
         * Reopen an approved entry, or send an entry back with a reason
         * @description The latest source version becomes the accepted version. With a `reason`, the entry is sent back, and shows the reason until it is changed or approved.
         */
        readonly delete: operations["reopenTimesheet"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/approvals/{id}/correction": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        readonly post?: never;
        /**
         * Discard the pending correction of an approved entry
         * @description The accepted version stays. The same source version is not held again.
         */
        readonly delete: operations["discardCorrection"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/reports/hours": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Sum hours by person, project, period and source */
        readonly get: operations["reportHours"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/people": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List people of the directory
         * @description Sorted by `user_id`. The header `Link` has the URL of the next page.
         */
        readonly get: operations["listPeople"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/people/{user_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * Add a person, or replace their names
         * @description Replaces all names of a person: names that are not in the body are removed. Each name belongs to at most one person. The next sync run moves entries that were uploaded under another name to this person.
         */
        readonly put: operations["putPerson"];
        readonly post?: never;
        /**
         * Remove a person from the directory
         * @description The entries of the person stay.
         */
        readonly delete: operations["deletePerson"];
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/.well-known/oauth-protected-resource": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read the metadata of this protected resource: issuer and scopes (RFC 9728) */
        readonly get: operations["getProtectedResourceMetadata"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Read the OpenAPI document of this API */
        readonly get: operations["getOpenApi"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/docs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Open the API reference, a page for people */
        readonly get: operations["getDocs"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/docs/{file}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Load a file of the API reference */
        readonly get: operations["getDocsFile"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly ApprovalsResponse: {
            /** @description True if at least one entry was rejected */
            readonly errors: boolean;
            readonly summary: {
                readonly received: number;
                readonly approved: number;
                /** @description Entries that were deleted, because their pending correction was a tombstone */
                readonly deleted: number;
                readonly unchanged: number;
                readonly rejected: number;
            };
            readonly items: readonly {
                readonly id: number;
                /** @enum {string} */
                readonly status: "approved" | "deleted" | "unchanged" | "rejected";
                readonly code: number;
                readonly entry?: components["schemas"]["StoredEntry"];
                readonly problem?: components["schemas"]["Problem"];
            }[];
        };
        readonly ApproveDays: {
            /**
             * @description The person who worked these hours. Stored as sent: "007" stays "007"
             * @example 007
             */
            readonly user_id: string;
            /**
             * Format: date
             * @example 2026-05-10
             */
            readonly from: string;
            /**
             * Format: date
             * @example 2026-05-10
             */
            readonly to: string;
        };
        readonly ApproveIds: {
            readonly ids: readonly number[];
        };
        readonly ApproveOne: Record<string, never>;
        readonly BatchResponse: {
            readonly errors: boolean;
            readonly summary: components["schemas"]["Summary"];
            readonly items: readonly components["schemas"]["UploadItemResult"][];
        };
        readonly Correction: {
            /** @constant */
            readonly deleted: true;
        } | {
            readonly user_id: string;
            readonly date: string;
            /** Format: date */
            readonly day: string;
            readonly project: string;
            readonly hours: number;
            readonly notes?: string;
        };
        readonly Entry: {
            /**
             * @description The person who worked these hours. Stored as sent: "007" stays "007"
             * @example 007
             */
            readonly user_id: string;
            /**
             * @description RFC 3339 date-time with offset, or YYYY-MM-DD. From the year 2000 to one year in the future. Returned as it was written
             * @example 2017-05-10T17:40:20.095Z
             * @example 2017-05-10
             */
            readonly date: string;
            /** @example StoreZero */
            readonly project: string;
            /**
             * @description Hours worked, rounded to the nearest second
             * @example 5
             */
            readonly hours: number;
            readonly notes?: string;
            /**
             * @description Where the entry comes from. The default is a source of the client itself
             * @example harvest
             */
            readonly source?: string;
            /**
             * @description The id of the entry in its source; together they identify it
             * @example 636709355
             */
            readonly external_id?: string;
            /** @constant */
            readonly deleted?: false;
        };
        readonly HoursGroup: {
            readonly user_id?: string;
            readonly project?: string;
            /** Format: date */
            readonly day?: string;
            /**
             * Format: date
             * @description The Monday of the week
             */
            readonly week?: string;
            /**
             * Format: date
             * @description The first day of the month
             */
            readonly month?: string;
            readonly source?: string;
            readonly hours: number;
            readonly entries: number;
            readonly approved_hours: number;
        };
        readonly OwnEntry: {
            /**
             * @description RFC 3339 date-time with offset, or YYYY-MM-DD. From the year 2000 to one year in the future. Returned as it was written
             * @example 2017-05-10T17:40:20.095Z
             * @example 2017-05-10
             */
            readonly date: string;
            /** @example StoreZero */
            readonly project: string;
            /**
             * @description Hours worked, rounded to the nearest second
             * @example 5
             */
            readonly hours: number;
            readonly notes?: string;
        };
        readonly Person: {
            /**
             * @description The person who worked these hours. Stored as sent: "007" stays "007"
             * @example 007
             */
            readonly user_id: string;
            readonly name?: string;
            readonly emails: readonly string[];
            readonly tracker_ids: {
                readonly [key: string]: readonly string[];
            };
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly updated_at: string;
        };
        readonly PersonBody: {
            readonly name?: string;
            /** @default [] */
            readonly emails?: readonly string[];
            /**
             * @description Ids of the person by source: `{"harvest": ["1782959"]}`
             * @default {}
             */
            readonly tracker_ids?: {
                readonly [key: string]: readonly string[];
            };
        };
        readonly Problem: {
            /** @description Identifies the problem. Stable, so programs can rely on it */
            readonly type: string;
            readonly title: string;
            readonly status: number;
            /** @description Explanation for people. The text may change */
            readonly detail: string;
            /** @description The id of the request */
            readonly instance?: string;
            readonly errors?: readonly ({
                /** @description The invalid field, as a JSON Pointer in URI fragment form (RFC 6901, section 6) */
                readonly pointer: string;
                readonly message: string;
            } & {
                readonly [key: string]: unknown;
            })[];
        } & {
            readonly [key: string]: unknown;
        };
        readonly ProtectedResourceMetadata: {
            /** Format: uri */
            readonly resource: string;
            readonly authorization_servers: readonly string[];
            readonly scopes_supported: readonly string[];
            readonly bearer_methods_supported: readonly string[];
            readonly resource_name: string;
        };
        readonly Reopen: {
            readonly reason?: string;
        };
        readonly SingleResponse: {
            readonly id: number;
            readonly user_id: string;
            /** @description The date as it was written */
            readonly date: string;
            /**
             * Format: date
             * @description The calendar day, in the offset of `date`
             */
            readonly day: string;
            readonly project: string;
            /** @description Hours worked, with up to four decimals */
            readonly hours: number;
            readonly notes?: string;
            readonly source: string;
            readonly external_id?: string;
            /**
             * @description Present if the entry is deleted
             * @constant
             */
            readonly deleted?: true;
            readonly approved: boolean;
            /** @description Why an approver sent the entry back */
            readonly returned_reason?: string;
            readonly correction?: components["schemas"]["Correction"];
            /** @description Increases with each change; also the `ETag` */
            readonly version: number;
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly updated_at: string;
            /** @enum {string} */
            readonly status: "created" | "updated" | "unchanged" | "deleted" | "held";
            readonly message: string;
        } | {
            readonly id: null;
            readonly user_id: string;
            readonly status: string;
            readonly message: string;
        };
        readonly StoredEntry: {
            readonly id: number;
            readonly user_id: string;
            /** @description The date as it was written */
            readonly date: string;
            /**
             * Format: date
             * @description The calendar day, in the offset of `date`
             */
            readonly day: string;
            readonly project: string;
            /** @description Hours worked, with up to four decimals */
            readonly hours: number;
            readonly notes?: string;
            readonly source: string;
            readonly external_id?: string;
            /**
             * @description Present if the entry is deleted
             * @constant
             */
            readonly deleted?: true;
            readonly approved: boolean;
            /** @description Why an approver sent the entry back */
            readonly returned_reason?: string;
            readonly correction?: components["schemas"]["Correction"];
            /** @description Increases with each change; also the `ETag` */
            readonly version: number;
            /** Format: date-time */
            readonly created_at: string;
            /** Format: date-time */
            readonly updated_at: string;
        };
        readonly Summary: {
            readonly received: number;
            readonly created: number;
            readonly updated: number;
            readonly unchanged: number;
            readonly deleted: number;
            readonly held: number;
            readonly rejected: number;
        };
        readonly Tombstone: {
            /**
             * @description The person who worked these hours. Stored as sent: "007" stays "007"
             * @example 007
             */
            readonly user_id: string;
            /**
             * @description The id of the entry in its source; together they identify it
             * @example 636709355
             */
            readonly external_id: string;
            /** @constant */
            readonly deleted: true;
            /**
             * @description Where the entry comes from. The default is a source of the client itself
             * @example harvest
             */
            readonly source?: string;
            /**
             * @description RFC 3339 date-time with offset, or YYYY-MM-DD. From the year 2000 to one year in the future. Returned as it was written
             * @example 2017-05-10T17:40:20.095Z
             * @example 2017-05-10
             */
            readonly date?: string;
            /** @example StoreZero */
            readonly project?: string;
            /**
             * @description Hours worked, rounded to the nearest second
             * @example 5
             */
            readonly hours?: number;
            readonly notes?: string;
        };
        readonly UploadItemResult: {
            /** @description The position of the item in the request, starting at 0 */
            readonly index: number;
            /** @enum {string} */
            readonly status: "created" | "updated" | "unchanged" | "deleted" | "held" | "rejected";
            /** @description The HTTP status that the item would get as a single entry */
            readonly code: number;
            readonly id?: number | null;
            readonly user_id?: string;
            readonly message?: string;
            readonly problem?: components["schemas"]["Problem"];
        };
        readonly Version: {
            readonly version: number;
            /** Format: date-time */
            readonly at: string;
            /** @enum {string} */
            readonly action: "created" | "updated" | "deleted" | "held" | "approved" | "reopened" | "returned" | "correction-applied" | "correction-discarded";
            /** @description The client that made the change */
            readonly client: string;
            /** @description The person who made the change; absent if a program did */
            readonly person?: string;
            readonly source: string;
            readonly external_id?: string;
            /** @description Hex digest of the latest source version; null for a tombstone */
            readonly digest: string | null;
            readonly approved_by?: string;
            /** @description The fields that differ from the previous version */
            readonly changes: {
                readonly [key: string]: {
                    readonly from?: unknown;
                    readonly to?: unknown;
                };
            };
            readonly entry: components["schemas"]["StoredEntry"];
        };
    };
    responses: {
        /** @description The request is invalid; A parameter is invalid; The body is not JSON */
        readonly "400_invalid-request_invalid-parameter_malformed-json": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/invalid-request" | "/problems/invalid-parameter" | "/problems/malformed-json";
                };
            };
        };
        /** @description An access token is required; The access token is invalid */
        readonly "401_missing-token_invalid-token": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/missing-token" | "/problems/invalid-token";
                };
            };
        };
        /** @description The access token lacks a scope; The source belongs to another client */
        readonly "403_insufficient-scope_source-not-yours": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/insufficient-scope" | "/problems/source-not-yours";
                };
            };
        };
        /** @description The request is too large */
        readonly "413_too-large": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/too-large";
                };
            };
        };
        /** @description The media type or encoding of the body is not supported */
        readonly "415_unsupported-media-type": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/unsupported-media-type";
                };
            };
        };
        /** @description The entry is invalid */
        readonly "422_invalid-entry": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/invalid-entry";
                };
            };
        };
        /** @description Internal error */
        readonly "500_internal-error": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/internal-error";
                };
            };
        };
        /** @description The service behind the gateway is unreachable */
        readonly "502_service-unreachable": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "Retry-After": components["headers"]["Retry-After"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/service-unreachable";
                };
            };
        };
        /** @description The keys of the token issuer are unavailable; Not ready; try again shortly */
        readonly "503_keys-unavailable_not-ready": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "Retry-After": components["headers"]["Retry-After"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/keys-unavailable" | "/problems/not-ready";
                };
            };
        };
        /** @description The service behind the gateway did not respond in time */
        readonly "504_service-timeout": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "Retry-After": components["headers"]["Retry-After"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/service-timeout";
                };
            };
        };
        /** @description The access token lacks a scope */
        readonly "403_insufficient-scope": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/insufficient-scope";
                };
            };
        };
        /** @description The request is invalid; A parameter is invalid */
        readonly "400_invalid-request_invalid-parameter": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/invalid-request" | "/problems/invalid-parameter";
                };
            };
        };
        /** @description Not found */
        readonly "404_not-found": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/not-found";
                };
            };
        };
        /** @description The entry has changed since it was read */
        readonly "412_stale-version": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly ETag: components["headers"]["ETag"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/stale-version";
                };
            };
        };
        /** @description The entry must be changed at its source; The entry is approved */
        readonly "409_owned-by-source_approved": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/owned-by-source" | "/problems/approved";
                };
            };
        };
        /** @description The body is invalid */
        readonly "422_invalid-body": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/invalid-body";
                };
            };
        };
        /** @description The access token lacks a scope; Approvers cannot decide on their own hours */
        readonly "403_insufficient-scope_self-approval": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/insufficient-scope" | "/problems/self-approval";
                };
            };
        };
        /** @description The name belongs to another person */
        readonly "409_name-taken": {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    readonly type?: "/problems/name-taken";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description The methods that the path supports */
        readonly Allow: string;
        /** @description A name under which to save the response */
        readonly "Content-Disposition": string;
        /** @description The version, for `If-Match` and `If-None-Match` (RFC 9110, section 8.8.3) */
        readonly ETag: string;
        /** @description `<…>; rel="next"`: the URL of the next page (RFC 8288). Absent on the last page */
        readonly Link: string;
        /** @description The URL of the created resource */
        readonly Location: string;
        /** @description Seconds to wait before the next attempt */
        readonly "Retry-After": string;
        /** @description Why the token is not sufficient (RFC 6750, section 3) */
        readonly "WWW-Authenticate": string;
        /** @description The id of the request. A problem repeats it as `instance` */
        readonly "X-Request-Id": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly uploadTimesheets: {
        readonly parameters: {
            readonly query?: {
                /** @description Return what the upload would do, and write nothing */
                readonly dry_run?: boolean;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": (components["schemas"]["Entry"] | components["schemas"]["Tombstone"]) | readonly (components["schemas"]["Entry"] | components["schemas"]["Tombstone"])[];
            };
        };
        readonly responses: {
            /** @description The entry was updated or deleted, or is unchanged. For an array: one result per item */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly Location: components["headers"]["Location"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SingleResponse"] | components["schemas"]["BatchResponse"];
                };
            };
            /** @description The entry was created */
            readonly 201: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly Location: components["headers"]["Location"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SingleResponse"];
                };
            };
            /** @description The entry is approved: the upload is held as its pending correction */
            readonly 202: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly Location: components["headers"]["Location"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SingleResponse"];
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter_malformed-json"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope_source-not-yours"];
            readonly 413: components["responses"]["413_too-large"];
            readonly 415: components["responses"]["415_unsupported-media-type"];
            readonly 422: components["responses"]["422_invalid-entry"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly listTimesheets: {
        readonly parameters: {
            readonly query?: {
                /** @description First day, inclusive */
                readonly from?: string;
                /** @description Last day, inclusive */
                readonly to?: string;
                readonly project?: string;
                /** @description The source as entries show it, including `client:…` and `app:…` */
                readonly source?: string;
                /** @description Only entries of this person; `*` for everybody. Default: own entries. Entries of others need `read:reports` */
                readonly user_id?: string;
                readonly approved?: boolean;
                /** @description Only entries that changed after this instant */
                readonly updated_after?: string;
                /** @description The list as it was at this instant. Needs a `user_id`, or `from` and `to` of at most 400 days */
                readonly as_of?: string;
                /** @description Items per page */
                readonly limit?: number;
                /** @description Position of the page, from the `Link` of the previous page. Opaque */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of the list, or the complete list as CSV or NDJSON */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly Link: components["headers"]["Link"];
                    readonly "Content-Disposition": components["headers"]["Content-Disposition"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["StoredEntry"][];
                    readonly "text/csv": string;
                    readonly "application/x-ndjson": string;
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly createTimesheet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OwnEntry"];
            };
        };
        readonly responses: {
            /** @description The created entry */
            readonly 201: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly Location: components["headers"]["Location"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StoredEntry"];
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter_malformed-json"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 413: components["responses"]["413_too-large"];
            readonly 415: components["responses"]["415_unsupported-media-type"];
            readonly 422: components["responses"]["422_invalid-entry"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly getTimesheet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description Process the request only if the entry still has this `ETag` (RFC 9110, section 13.1.1)
                 * @example "1"
                 */
                readonly "If-Match"?: string;
                /**
                 * @description Respond 304 without a body if the `ETag` is still the same (RFC 9110, section 13.1.2)
                 * @example "1"
                 */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                readonly id: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The entry */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StoredEntry"];
                };
            };
            /** @description The copy of the client is current */
            readonly 304: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 404: components["responses"]["404_not-found"];
            readonly 412: components["responses"]["412_stale-version"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly changeTimesheet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description Process the request only if the entry still has this `ETag` (RFC 9110, section 13.1.1)
                 * @example "1"
                 */
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OwnEntry"];
            };
        };
        readonly responses: {
            /** @description The changed entry */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StoredEntry"];
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter_malformed-json"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 404: components["responses"]["404_not-found"];
            readonly 409: components["responses"]["409_owned-by-source_approved"];
            readonly 412: components["responses"]["412_stale-version"];
            readonly 413: components["responses"]["413_too-large"];
            readonly 415: components["responses"]["415_unsupported-media-type"];
            readonly 422: components["responses"]["422_invalid-entry"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly deleteTimesheet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description Process the request only if the entry still has this `ETag` (RFC 9110, section 13.1.1)
                 * @example "1"
                 */
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The entry was deleted */
            readonly 204: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 404: components["responses"]["404_not-found"];
            readonly 409: components["responses"]["409_owned-by-source_approved"];
            readonly 412: components["responses"]["412_stale-version"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly getTimesheetHistory: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description All versions that the caller may read */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["Version"][];
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 404: components["responses"]["404_not-found"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly listApprovals: {
        readonly parameters: {
            readonly query?: {
                /** @description First day, inclusive */
                readonly from?: string;
                /** @description Last day, inclusive */
                readonly to?: string;
                readonly project?: string;
                /** @description The source as entries show it, including `client:…` and `app:…` */
                readonly source?: string;
                /** @description Only entries of this person. Default: everybody’s, as with `*` */
                readonly user_id?: string;
                /** @description Items per page */
                readonly limit?: number;
                /** @description Position of the page, from the `Link` of the previous page. Opaque */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of the list, or the complete list as CSV or NDJSON */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly Link: components["headers"]["Link"];
                    readonly "Content-Disposition": components["headers"]["Content-Disposition"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["StoredEntry"][];
                    readonly "text/csv": string;
                    readonly "application/x-ndjson": string;
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly approveTimesheets: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ApproveDays"] | components["schemas"]["ApproveIds"];
            };
        };
        readonly responses: {
            /** @description One result per entry */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ApprovalsResponse"];
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter_malformed-json"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 413: components["responses"]["413_too-large"];
            readonly 415: components["responses"]["415_unsupported-media-type"];
            readonly 422: components["responses"]["422_invalid-body"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly approveTimesheet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description Process the request only if the entry still has this `ETag` (RFC 9110, section 13.1.1)
                 * @example "1"
                 */
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["ApproveOne"];
            };
        };
        readonly responses: {
            /** @description The approved entry */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StoredEntry"];
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter_malformed-json"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope_self-approval"];
            readonly 404: components["responses"]["404_not-found"];
            readonly 412: components["responses"]["412_stale-version"];
            readonly 413: components["responses"]["413_too-large"];
            readonly 415: components["responses"]["415_unsupported-media-type"];
            readonly 422: components["responses"]["422_invalid-body"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly reopenTimesheet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description Process the request only if the entry still has this `ETag` (RFC 9110, section 13.1.1)
                 * @example "1"
                 */
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: {
            readonly content: {
                readonly "application/json": components["schemas"]["Reopen"];
            };
        };
        readonly responses: {
            /** @description The reopened entry */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StoredEntry"];
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter_malformed-json"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope_self-approval"];
            readonly 404: components["responses"]["404_not-found"];
            readonly 412: components["responses"]["412_stale-version"];
            readonly 413: components["responses"]["413_too-large"];
            readonly 415: components["responses"]["415_unsupported-media-type"];
            readonly 422: components["responses"]["422_invalid-body"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly discardCorrection: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description Process the request only if the entry still has this `ETag` (RFC 9110, section 13.1.1)
                 * @example "1"
                 */
                readonly "If-Match"?: string;
            };
            readonly path: {
                readonly id: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The entry without the correction */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["StoredEntry"];
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope_self-approval"];
            readonly 404: components["responses"]["404_not-found"];
            readonly 412: components["responses"]["412_stale-version"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly reportHours: {
        readonly parameters: {
            readonly query?: {
                /** @description Keys to group by, separated by commas. Default: one sum of all hours */
                readonly group_by?: string;
                /** @description First day, inclusive */
                readonly from?: string;
                /** @description Last day, inclusive */
                readonly to?: string;
                readonly project?: string;
                /** @description The source as entries show it, including `client:…` and `app:…` */
                readonly source?: string;
                /** @description Only hours of this person. Default: those of everybody, as with `*` */
                readonly user_id?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The groups, sorted by their keys */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly "Content-Disposition": components["headers"]["Content-Disposition"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["HoursGroup"][];
                    readonly "text/csv": string;
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly listPeople: {
        readonly parameters: {
            readonly query?: {
                /** @description Only the person with this e-mail address, in upper or lower case */
                readonly email?: string;
                /** @description Only the person with this id in a source: `<source>:<id>` */
                readonly tracker_id?: string;
                /** @description Items per page */
                readonly limit?: number;
                /** @description Position of the page, from the `Link` of the previous page. Opaque */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of the directory */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly Link: components["headers"]["Link"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": readonly components["schemas"]["Person"][];
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly putPerson: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly user_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["PersonBody"];
            };
        };
        readonly responses: {
            /** @description The names of the person were replaced */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Person"];
                };
            };
            /** @description The person was added */
            readonly 201: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly Location: components["headers"]["Location"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Person"];
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter_malformed-json"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 404: components["responses"]["404_not-found"];
            readonly 409: components["responses"]["409_name-taken"];
            readonly 413: components["responses"]["413_too-large"];
            readonly 415: components["responses"]["415_unsupported-media-type"];
            readonly 422: components["responses"]["422_invalid-body"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly deletePerson: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly user_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The person was removed from the directory */
            readonly 204: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 401: components["responses"]["401_missing-token_invalid-token"];
            readonly 403: components["responses"]["403_insufficient-scope"];
            readonly 404: components["responses"]["404_not-found"];
            readonly 422: components["responses"]["422_invalid-body"];
            readonly 500: components["responses"]["500_internal-error"];
            readonly 502: components["responses"]["502_service-unreachable"];
            readonly 503: components["responses"]["503_keys-unavailable_not-ready"];
            readonly 504: components["responses"]["504_service-timeout"];
        };
    };
    readonly getProtectedResourceMetadata: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The metadata (RFC 9728, section 2) */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProtectedResourceMetadata"];
                };
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 500: components["responses"]["500_internal-error"];
        };
    };
    readonly getOpenApi: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description Respond 304 without a body if the `ETag` is still the same (RFC 9110, section 13.1.2)
                 * @example "1"
                 */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description This document */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly openapi: string;
                    } & {
                        readonly [key: string]: unknown;
                    };
                };
            };
            /** @description The copy of the client is current */
            readonly 304: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 500: components["responses"]["500_internal-error"];
        };
    };
    readonly getDocs: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description Respond 304 without a body if the `ETag` is still the same (RFC 9110, section 13.1.2)
                 * @example "1"
                 */
                readonly "If-None-Match"?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The page */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The copy of the client is current */
            readonly 304: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 500: components["responses"]["500_internal-error"];
        };
    };
    readonly getDocsFile: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description Respond 304 without a body if the `ETag` is still the same (RFC 9110, section 13.1.2)
                 * @example "1"
                 */
                readonly "If-None-Match"?: string;
            };
            readonly path: {
                readonly file: "start.js" | "swagger-ui-bundle.js" | "swagger-ui.css";
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The file */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/css": string;
                    readonly "text/javascript": string;
                };
            };
            /** @description The copy of the client is current */
            readonly 304: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            readonly 400: components["responses"]["400_invalid-request_invalid-parameter"];
            readonly 404: components["responses"]["404_not-found"];
            readonly 500: components["responses"]["500_internal-error"];
        };
    };
}
