#pragma once

#include <curl/curl.h>

#include <memory>

namespace flotilla::transport {

struct easy_deleter {
  void operator()(CURL* x) const noexcept {
    curl_easy_cleanup(x);
  }
};
struct multi_deleter {
  void operator()(CURLM* x) const noexcept {
    curl_multi_cleanup(x);
  }
};
struct list_deleter {
  void operator()(curl_slist* x) const noexcept {
    curl_slist_free_all(x);
  }
};

using easy_handle = std::unique_ptr<CURL, easy_deleter>;
using multi_handle = std::unique_ptr<CURLM, multi_deleter>;
using field_list = std::unique_ptr<curl_slist, list_deleter>;

} // namespace flotilla::transport
