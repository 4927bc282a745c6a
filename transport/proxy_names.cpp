#include "transport/proxy_names.hpp"

#include <curl/curl.h>

#include <cstdlib>
#include <initializer_list>
#include <memory>

namespace flotilla::transport {

namespace {

struct url_deleter {
  void operator()(CURLU* x) const noexcept {
    curl_url_cleanup(x);
  }
};

std::string part(CURLU* parsed, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(parsed, which, &text, 0) != CURLUE_OK)
    return {};
  std::string copy{text};
  curl_free(text);
  return copy;
}

std::string host_and_port(const char* proxy) {
  const std::unique_ptr<CURLU, url_deleter> parsed{curl_url()};
  const auto flags = CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME;
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, proxy, flags) != CURLUE_OK)
    return {};
  auto port = part(parsed.get(), CURLUPART_PORT);
  if (port.empty()) // curl's own, whatever the scheme's is
    port = part(parsed.get(), CURLUPART_SCHEME) == "https" ? "443" : "1080";
  return part(parsed.get(), CURLUPART_HOST) + ':' + port;
}

std::string first_of(std::initializer_list<const char*> variables) {
  for (const auto* name : variables) {
    const auto* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr && *value != '\0')
      return host_and_port(value);
  }
  return {};
}

} // namespace

proxy_names proxies_of_environment() {
  return {first_of({"http_proxy", "all_proxy", "ALL_PROXY"}),
          first_of({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})};
}

} // namespace flotilla::transport
