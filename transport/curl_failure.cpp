#include "transport/curl_failure.hpp"

#include "protocol/text.hpp"
#include "transport/tls_failure.hpp"

#include <system_error>

namespace flotilla::transport {

namespace {

using protocol::errc;
using protocol::failure;

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string system_words(int error) {
  auto words = std::generic_category().message(error);
  return protocol::lower(words.substr(0, 1)) + words.substr(1);
}

/// `: connection refused`, where the system said so.
std::string cause(const curl_report& report) {
  return report.os_error == 0 ? std::string{} : ": " + system_words(report.os_error);
}

std::string proxy_host(const curl_target& target) {
  return std::string{target.proxy.substr(0, target.proxy.rfind(':'))};
}

/// Curl names the host that it could not reach.
bool is_about_proxy(const curl_report& report, const curl_target& target) {
  return !target.proxy.empty() && proxy_host(target) != target.url.host
         && holds(report.detail, ' ' + proxy_host(target) + ' ');
}

std::string through_proxy(const curl_target& target) {
  return " to reach " + authority(target.url);
}

failure no_name(const curl_target& target) {
  return {errc::unavailable, "cannot find the address of " + target.url.host,
          "check the host name, and that this machine can resolve names"};
}

failure no_proxy_name(const curl_report& report, const curl_target& target) {
  if (holds(report.detail, "Unsupported proxy"))
    return {errc::usage, "the proxy setting" + through_proxy(target) + " cannot be read",
            "check http_proxy, https_proxy and all_proxy"};
  return {errc::unavailable,
          "cannot find the address of the proxy " + std::string{target.proxy}
            + through_proxy(target),
          "check http_proxy and https_proxy, or list the registry in no_proxy"};
}

failure no_connection(const curl_report& report, const curl_target& target) {
  if (is_about_proxy(report, target))
    return {errc::unavailable,
            "cannot connect to the proxy " + std::string{target.proxy} + through_proxy(target)
              + cause(report),
            "check http_proxy and https_proxy, or list the registry in no_proxy"};
  return {errc::unavailable, "cannot connect to " + authority(target.url) + cause(report),
          "check that the registry runs and that host and port are right"};
}

failure too_slow(const curl_report& report, const curl_target& target) {
  const auto limit = " within " + in_words(target.connect_timeout);
  if (holds(report.detail, "Resolving"))
    return {errc::unavailable, "no address of " + target.url.host + limit,
            "check that this machine can resolve names"};
  return {errc::unavailable, "no connection to " + authority(target.url) + limit, {}};
}

failure proxy_refused(const curl_report& report, const curl_target& target) {
  auto message
    = "the proxy " + std::string{target.proxy} + " does not let us through" + through_proxy(target);
  if (const auto at = report.detail.find("response "); at != std::string_view::npos)
    message += ": it answered " + protocol::printable(report.detail.substr(at + 9), 20);
  if (holds(report.detail, "407"))
    return {errc::usage, std::move(message), "put user and password into https_proxy"};
  return {errc::unavailable, std::move(message), "list the registry in no_proxy to go around it"};
}

failure garbage(const curl_target& target) {
  return {errc::refused, authority(target.url) + " answered with something that is not HTTP",
          target.url.secure ? "check that this is the registry's port"
                            : "if the registry speaks TLS there, leave --plain-http out"};
}

failure silent(const curl_target& target) {
  return {errc::unavailable, authority(target.url) + " closed the connection without an answer",
          target.url.secure ? "" : "if the registry speaks TLS there, leave --plain-http out"};
}

failure broken(const curl_report& report, const curl_target& target) {
  if (holds(report.detail, "CONNECT"))
    return proxy_refused(report, target);
  if (holds(report.detail, "chunk"))
    return garbage(target);
  if (auto tls = explain_alert(report.detail, target))
    return *tls;
  const bool suspicious = report.early && target.url.secure;
  return {errc::unavailable,
          "the connection to " + authority(target.url) + " broke" + cause(report),
          suspicious ? suspicion_of_client(target) : std::string{}};
}

failure other(const curl_report& report, const curl_target& target) {
  return {errc::unavailable,
          "the exchange with " + authority(target.url)
            + " failed: " + curl_easy_strerror(report.code),
          {}};
}

} // namespace

std::string authority(const protocol::url& target) {
  return target.host + ':' + std::to_string(target.port);
}

std::string in_words(std::chrono::milliseconds time) {
  const auto count = time.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

failure explain(const curl_report& report, const curl_target& target) {
  if (auto tls = explain_tls(report, target))
    return *tls;
  switch (report.code) {
    case CURLE_COULDNT_RESOLVE_HOST: return no_name(target);
    case CURLE_COULDNT_RESOLVE_PROXY: return no_proxy_name(report, target);
    case CURLE_COULDNT_CONNECT: return no_connection(report, target);
    case CURLE_OPERATION_TIMEDOUT: return too_slow(report, target);
    case CURLE_PROXY: return proxy_refused(report, target);
    case CURLE_GOT_NOTHING:
    case CURLE_ABORTED_BY_CALLBACK: return silent(target); // see transfer::on_begin
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return broken(report, target);
    case CURLE_PARTIAL_FILE:
      return {errc::unavailable,
              "the connection to " + authority(target.url) + " ended in the middle of its answer",
              {}};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY: return garbage(target);
    case CURLE_FAILED_INIT:
    case CURLE_URL_MALFORMAT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_OUT_OF_MEMORY:
      return {errc::internal,
              "curl cannot send a request to " + authority(target.url) + ": "
                + curl_easy_strerror(report.code),
              {}};
    default: return other(report, target);
  }
}

} // namespace flotilla::transport
