#pragma once
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// libcurl's setters are variadic, which Swift's importer refuses: one function for each kind of value.

static inline CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *text) {
    return curl_easy_setopt(handle, option, text);
}
static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(handle, option, list);
}
static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *pointer) {
    return curl_easy_setopt(handle, option, pointer);
}

typedef size_t (*ccurl_bytes)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode ccurl_set_bytes(CURL *handle, CURLoption option, ccurl_bytes function) {
    return curl_easy_setopt(handle, option, function);
}

typedef int (*ccurl_progress)(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d);
static inline CURLcode ccurl_set_progress(CURL *handle, ccurl_progress function) {
    return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, function);
}

/// The status of the last response; 0 when there was none.
static inline long ccurl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/// The next transfer that is over, with how it ended; 0 when there is none.
static inline int ccurl_ended(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message = curl_multi_info_read(multi, &left);
    if (!message || message->msg != CURLMSG_DONE) return 0;
    *result = message->data.result;
    return 1;
}
