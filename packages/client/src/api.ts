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
         * Upload the hours of anybody
         * @description One entry, or an array of at most 1000. `(source, external_id)` is the identity of an entry: a repeat of it changes nothing, other content under it updates it. An item of an array needs an `external_id`; a bad one is `rejected` with its problem and harms no other.
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
         * @description Newest day first. Own entries; with `read:reports` anybody's, by `user_id`. Pages follow each other by `Link`, and no entry is on two; `Accept: text/csv` or `application/x-ndjson` streams the whole list.
         */
        readonly get: operations["listTimesheets"];
        readonly put?: never;
        /**
         * Enter own hours
         * @description Whose hours they are, the token says.
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
         * @description Own, unapproved, and not from a source.
         */
        readonly put: operations["changeTimesheet"];
        readonly post?: never;
        /**
         * Delete own hours
         * @description Own, unapproved, and not from a source. Its history stays.
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
         * Every version of an entry: when, by whom, what changed
         * @description Oldest first, also of an entry that is deleted.
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
         * List what waits for a decision: unapproved entries and pending corrections
         * @description Unapproved entries, and approved ones with a pending correction, newest day first; paged and streamed as `GET /timesheets`.
         */
        readonly get: operations["listApprovals"];
        /**
         * Approve many at once: the days of a person, or by id
         * @description Each entry is decided by itself; `errors` tells whether one was rejected.
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
         * Approve an entry, and apply its pending correction
         * @description Takes no body, or an empty object. Again changes nothing.
         */
        readonly put: operations["approveTimesheet"];
        readonly post?: never;
        /**
         * Reopen an approved entry, or send one back with a reason
         * @description What its source said last becomes the entry. With a `reason` it is sent back, and the reason stays until it is changed or approved.
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
         * @description The approved entry stands; the same word of its source does not come back.
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
        /** Sum hours by person, project, time and source */
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
         * List the directory of people
         * @description By `user_id`; pages follow each other by `Link`.
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
         * Enter a person, or change their names
         * @description All names of a person: what is not in the body is taken away. A name is one person's at most. The next run of a sync moves the entries of whom it names.
         */
        readonly put: operations["putPerson"];
        readonly post?: never;
        /**
         * Take a person out of the directory
         * @description The person's entries stay.
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
        /** Which issuer and scopes this API takes (RFC 9728) */
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
        /** This API as an OpenAPI document */
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
        /** The same, as a page for people */
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
        /** What that page is made of */
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
            readonly errors: boolean;
            readonly summary: {
                readonly received: number;
                readonly approved: number;
                /** @description Whose pending correction was a tombstone */
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
             * @description Whose hours; kept as sent: "007" stays "007"
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
             * @description Whose hours; kept as sent: "007" stays "007"
             * @example 007
             */
            readonly user_id: string;
            /**
             * @description RFC 3339 date-time with offset, or YYYY-MM-DD; year 2000 to one year ahead; read back as written
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
             * @description Where the entry comes from; by default the client itself
             * @example harvest
             */
            readonly source?: string;
            /**
             * @description The entry's identity in its source
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
             * @description Its Monday
             */
            readonly week?: string;
            /**
             * Format: date
             * @description Its first
             */
            readonly month?: string;
            readonly source?: string;
            readonly hours: number;
            readonly entries: number;
            readonly approved_hours: number;
        };
        readonly OwnEntry: {
            /**
             * @description RFC 3339 date-time with offset, or YYYY-MM-DD; year 2000 to one year ahead; read back as written
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
             * @description Whose hours; kept as sent: "007" stays "007"
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
             * @description By source: `{"harvest": ["1782959"]}`
             * @default {}
             */
            readonly tracker_ids?: {
                readonly [key: string]: readonly string[];
            };
        };
        readonly Problem: {
            /** @description Stable; programs go by it */
            readonly type: string;
            readonly title: string;
            readonly status: number;
            /** @description For people; the text may change */
            readonly detail: string;
            /** @description The id of the request */
            readonly instance?: string;
            readonly errors?: readonly ({
                /** @description JSON Pointer as URI fragment (RFC 6901, section 6) */
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
            /** @description As it was written */
            readonly date: string;
            /**
             * Format: date
             * @description The civil day as written, in its own offset
             */
            readonly day: string;
            readonly project: string;
            /** @description Up to four decimals */
            readonly hours: number;
            readonly notes?: string;
            readonly source: string;
            readonly external_id?: string;
            /**
             * @description Only where the source has deleted it
             * @constant
             */
            readonly deleted?: true;
            readonly approved: boolean;
            /** @description Why an approver sent it back */
            readonly returned_reason?: string;
            readonly correction?: components["schemas"]["Correction"];
            /** @description Also its ETag */
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
            /** @description As it was written */
            readonly date: string;
            /**
             * Format: date
             * @description The civil day as written, in its own offset
             */
            readonly day: string;
            readonly project: string;
            /** @description Up to four decimals */
            readonly hours: number;
            readonly notes?: string;
            readonly source: string;
            readonly external_id?: string;
            /**
             * @description Only where the source has deleted it
             * @constant
             */
            readonly deleted?: true;
            readonly approved: boolean;
            /** @description Why an approver sent it back */
            readonly returned_reason?: string;
            readonly correction?: components["schemas"]["Correction"];
            /** @description Also its ETag */
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
             * @description Whose hours; kept as sent: "007" stays "007"
             * @example 007
             */
            readonly user_id: string;
            /**
             * @description The entry's identity in its source
             * @example 636709355
             */
            readonly external_id: string;
            /** @constant */
            readonly deleted: true;
            /**
             * @description Where the entry comes from; by default the client itself
             * @example harvest
             */
            readonly source?: string;
            /**
             * @description RFC 3339 date-time with offset, or YYYY-MM-DD; year 2000 to one year ahead; read back as written
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
            /** @description Its place in what was sent, from 0 */
            readonly index: number;
            /** @enum {string} */
            readonly status: "created" | "updated" | "unchanged" | "deleted" | "held" | "rejected";
            /** @description The HTTP status that it would have had alone */
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
            /** @description The program that made it */
            readonly client: string;
            /** @description The person who made it, where a person did */
            readonly person?: string;
            readonly source: string;
            readonly external_id?: string;
            /** @description Hex digest of the source's last word; null where that is a tombstone */
            readonly digest: string | null;
            readonly approved_by?: string;
            /** @description What differs from the version before, member by member */
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
        /** @description The request is not right; A parameter is not right; The body is not JSON */
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
        /** @description An access token is needed; The access token is not valid here */
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
        /** @description The access token does not allow this; The source belongs to another client */
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
        /** @description The body is of a kind that is not read here */
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
        /** @description The entry is not acceptable */
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
        /** @description Something broke here */
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
        /** @description The service behind the gateway refused or broke */
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
        /** @description The keys of the token issuer cannot be had; Not ready; try again shortly */
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
        /** @description The service behind the gateway did not answer in time */
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
        /** @description The access token does not allow this */
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
        /** @description The request is not right; A parameter is not right */
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
        /** @description There is nothing here */
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
        /** @description The entry is changed where it came from; The entry is approved */
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
        /** @description The entry has changed since */
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
        /** @description The body is not acceptable */
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
        /** @description The access token does not allow this; Nobody decides on their own hours */
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
        /** @description The name is another person's */
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
        /** @description The methods that the path knows */
        readonly Allow: string;
        /** @description A name for the file */
        readonly "Content-Disposition": string;
        /** @description The version, for `If-Match` (RFC 9110, section 8.8.3) */
        readonly ETag: string;
        /** @description `<…>; rel="next"`: the page that follows (RFC 8288); without it this page is the last */
        readonly Link: string;
        /** @description Where what was made is */
        readonly Location: string;
        /** @description Seconds until it is worth asking again */
        readonly "Retry-After": string;
        /** @description What the token lacks (RFC 6750, section 3) */
        readonly "WWW-Authenticate": string;
        /** @description The id of the request; a problem has it as `instance` */
        readonly "X-Request-Id": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly uploadTimesheets: {
        readonly parameters: {
            readonly query?: {
                /** @description Say what would become of it, and write nothing */
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
            /** @description The entry was updated, deleted or is unchanged; or what became of each item of an array */
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
            /** @description The entry is approved: what came is held as its correction */
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
                /** @description As an entry shows it, also `client:…` and `app:…` */
                readonly source?: string;
                /** @description Whose; `*` = everybody. Without it own entries. Needs `read:reports` for others */
                readonly user_id?: string;
                readonly approved?: boolean;
                /** @description Only what changed after it */
                readonly updated_after?: string;
                /** @description Everything as it stood then */
                readonly as_of?: string;
                /** @description How many a page */
                readonly limit?: number;
                /** @description From the `Link` of the page before; opaque */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of entries, or all of them */
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
            /** @description The entry */
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
            readonly header?: never;
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
    readonly changeTimesheet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * @description Only if the entry is still at this version: its `ETag`
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
            /** @description The entry as it is now */
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
                 * @description Only if the entry is still at this version: its `ETag`
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
            /** @description It is deleted */
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
            /** @description Every version */
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
                /** @description As an entry shows it, also `client:…` and `app:…` */
                readonly source?: string;
                /** @description Whose; everybody’s without it, or with `*` */
                readonly user_id?: string;
                /** @description How many a page */
                readonly limit?: number;
                /** @description From the `Link` of the page before; opaque */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description A page of what waits, or all of it */
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
            /** @description What became of each */
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
                 * @description Only if the entry is still at this version: its `ETag`
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
            /** @description The entry, approved */
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
                 * @description Only if the entry is still at this version: its `ETag`
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
            /** @description The entry, open */
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
                 * @description Only if the entry is still at this version: its `ETag`
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
            /** @description The entry, without its correction */
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
                /** @description Without it one sum of all */
                readonly group_by?: string;
                readonly from?: string;
                readonly to?: string;
                readonly project?: string;
                /** @description As an entry shows it, also `client:…` and `app:…` */
                readonly source?: string;
                /** @description Whose hours; kept as sent: "007" stays "007" */
                readonly user_id?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The groups, by their keys */
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
                /** @description Only who has it, in any case */
                readonly email?: string;
                /** @description Only who has it: `<source>:<id>` */
                readonly tracker_id?: string;
                /** @description How many a page */
                readonly limit?: number;
                /** @description From the `Link` of the page before; opaque */
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
            /** @description The person was known */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Person"];
                };
            };
            /** @description The person is new */
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
            /** @description The person is out of the directory */
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
            readonly header?: never;
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
            /** @description The copy that the client has is still good */
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
            readonly header?: never;
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
            /** @description The copy that the client has is still good */
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
            readonly header?: never;
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
            /** @description The copy that the client has is still good */
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
