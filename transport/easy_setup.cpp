#include "transport/easy_setup.hpp"

#include "protocol/text.hpp"

#include <algorithm>

namespace flotilla::transport {

namespace {

using protocol::http_request;
using protocol::method;

/// From here on it pays to ask the server before sending: a refusal then costs no bytes.
constexpr std::uint64_t worth_asking = 1 << 20;
constexpr long ask_timeout_ms = 300;
constexpr std::size_t smallest_upload_buffer = 16 << 10; // curl's own limit
constexpr long keepalive_idle_s = 20;
constexpr long keepalive_interval_s = 10;

void set_connection(CURL* easy, const protocol::url& target, const engine_options& options) {
  curl_easy_setopt(easy, CURLOPT_URL, target.to_string().c_str());
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Without it the engine would wait for a name look-up that it has given up.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, keepalive_idle_s);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, keepalive_interval_s);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, options.user_agent.c_str());
  // What a proxy answers to CONNECT is not the registry's answer.
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (protocol::is_loopback(target.host))
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
}

void set_authorities(CURL* easy, const tls_options& tls) {
  if (!tls.ca_file.empty())
    curl_easy_setopt(easy, CURLOPT_CAINFO, tls.ca_file.c_str());
  // Curl keeps the parsed file for all connections only if there is no folder beside it, and the
  // system's folder holds nothing else.
  const auto* built_in = curl_version_info(CURLVERSION_NOW)->cainfo;
  if (!tls.ca_file.empty() || built_in != nullptr)
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
}

void set_tls(CURL* easy, const tls_options& tls) {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls.verify ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls.verify ? 2L : 0L);
  set_authorities(easy, tls);
  if (tls.client_cert.empty())
    return;
  const auto& key = tls.client_key.empty() ? tls.client_cert : tls.client_key;
  curl_easy_setopt(easy, CURLOPT_SSLCERT, tls.client_cert.c_str());
  curl_easy_setopt(easy, CURLOPT_SSLKEY, key.c_str());
  // Without a password OpenSSL would stop and ask the terminal for one.
  curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
}

/// Upload mode is curl's PUT; any other verb is put in its place.
void set_method(CURL* easy, const http_request& request) {
  if (sends_body(request)) {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(request.body_length()));
  } else if (request.verb == method::head) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  }
  if (request.verb != method::head && request.verb != method::get)
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, to_string(request.verb));
}

void set_body_sizes(CURL* easy, std::uint64_t length, std::size_t upload_buffer) {
  const auto needed = std::max<std::uint64_t>(length, smallest_upload_buffer);
  const auto buffer = std::min<std::uint64_t>(needed, upload_buffer);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, static_cast<long>(buffer));
  curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, ask_timeout_ms);
}

bool is_ours(std::string_view name) {
  return protocol::equal_ignoring_case(name, "content-length")
         || protocol::equal_ignoring_case(name, "transfer-encoding")
         || protocol::equal_ignoring_case(name, "expect");
}

bool fits_a_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool append(field_list& list, const std::string& line) {
  auto* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr)
    return false;
  (void)list.release();
  list.reset(longer);
  return true;
}

/// Curl sends a field without a value only if it ends in a semicolon.
std::string line_of(const protocol::header_fields::field& field) {
  return field.second.empty() ? field.first + ';' : field.first + ": " + field.second;
}

protocol::failure unfit(std::string_view name) {
  return {protocol::errc::internal,
          "a request field `" + protocol::printable(name, 60) + "` does not fit in one line",
          {}};
}

} // namespace

bool sends_body(const http_request& request) noexcept {
  switch (request.verb) {
    case method::post:
    case method::put:
    case method::patch: return true;
    case method::head: return false;
    case method::get:
    case method::remove: return request.body_length() > 0;
  }
  return false;
}

void set_up(CURL* easy, const http_request& request, const protocol::url& target,
            const engine_options& options) {
  set_connection(easy, target, options);
  set_tls(easy, options.tls);
  set_method(easy, request);
  if (sends_body(request))
    set_body_sizes(easy, request.body_length(), options.upload_buffer);
}

protocol::result<field_list> fields_for_curl(const http_request& request) {
  field_list list;
  for (const auto& field : request.fields) {
    if (is_ours(field.first))
      continue;
    if (!fits_a_line(field.first) || !fits_a_line(field.second))
      return unfit(field.first);
    if (!append(list, line_of(field)))
      return unfit(field.first);
  }
  if (request.body_length() < worth_asking && !append(list, "Expect:"))
    return unfit("Expect");
  return list;
}

} // namespace flotilla::transport
