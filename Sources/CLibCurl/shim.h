#include <curl/curl.h>

// Swift can't call functions with a variable number of arguments. The parentheses around each name step around curl's
// macro of the same name, which checks types and can't be imported either.
static inline CURLcode holdfast_easy_set_long(CURL *easy, CURLoption option, long value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode holdfast_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode holdfast_easy_set_string(CURL *easy, CURLoption option, const char *value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode holdfast_easy_set_pointer(CURL *easy, CURLoption option, void *value) {
  return (curl_easy_setopt)(easy, option, value);
}
static inline CURLcode holdfast_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return (curl_easy_setopt)(easy, option, value);
}

typedef size_t (*holdfast_sink)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode holdfast_easy_set_sink(CURL *easy, CURLoption option, holdfast_sink value) {
  return (curl_easy_setopt)(easy, option, value);
}

static inline CURLcode holdfast_easy_get_long(CURL *easy, CURLINFO what, long *value) {
  return (curl_easy_getinfo)(easy, what, value);
}
static inline CURLcode holdfast_easy_get_offset(CURL *easy, CURLINFO what, curl_off_t *value) {
  return (curl_easy_getinfo)(easy, what, value);
}
static inline CURLMcode holdfast_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return (curl_multi_setopt)(multi, option, value);
}

// The result is a member of a union, which Swift would show as a tuple of unnamed bytes on some versions.
static inline CURLcode holdfast_message_result(const CURLMsg *message) { return message->data.result; }
