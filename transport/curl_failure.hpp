#pragma once

#include "protocol/result.hpp"
#include "protocol/url.hpp"
#include "transport/engine_options.hpp"

#include <curl/curl.h>

#include <chrono>
#include <string>
#include <string_view>

namespace flotilla::transport {

/// What curl tells of an exchange that brought no response.
struct curl_report {
  CURLcode code = CURLE_OK;
  std::string_view detail; ///< curl's own words, from CURLOPT_ERRORBUFFER
  int os_error = 0;        ///< errno of the call that failed; 0: none did
  long verify_result = 0;  ///< OpenSSL's X509_V_ERR_…
  bool early = false;      ///< the connection was new, and neither body nor answer had begun
};

/// Where the request was to go, and by which settings.
struct curl_target {
  const protocol::url& url;
  const tls_options& tls;
  std::chrono::milliseconds connect_timeout;
  std::string_view proxy; ///< `host:port` of the one that the environment names; empty: none
};

/// Says in plain words what failed, and the way out where there is one. Codes as
/// `protocol::no_response` names them; errc::internal for what only we can have caused.
protocol::failure explain(const curl_report& report, const curl_target& target);

/// `host:port`, the port always.
std::string authority(const protocol::url& target);

/// `30 s`, or `300 ms` below a second.
std::string in_words(std::chrono::milliseconds time);

} // namespace flotilla::transport
