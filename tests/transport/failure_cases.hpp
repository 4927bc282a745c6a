#pragma once

#include "transport/curl_failure.hpp"

#include <gtest/gtest.h>

/// What tables of curl's errors are made of. Curl's words in them were taken from libcurl 7.88.1
/// with OpenSSL 3.0.
namespace flotilla::test::failures {

inline const protocol::url https{true, "registry.example", 443, "/v2/?_state=secret"};
inline const protocol::url http{false, "registry.example", 5000, "/v2/?_state=secret"};
inline const transport::tls_options no_client{"/etc/ca.pem", "", "", true};
inline const transport::tls_options with_client{"", "/etc/me.pem", "/etc/me.key", true};
inline const transport::tls_options one_file{"", "/etc/me.pem", "", true};

struct failure_case {
  const char* name;
  transport::curl_report report;
  const protocol::url& url;
  const transport::tls_options& tls;
  const char* proxy;
  protocol::errc code;
  const char* message;
  const char* hint; ///< part of it
};

inline void check(const failure_case& x) {
  SCOPED_TRACE(x.name);
  const auto why = explain(x.report, {x.url, x.tls, std::chrono::milliseconds{10'000}, x.proxy});
  EXPECT_EQ(why.code, x.code) << to_string(why.code);
  EXPECT_EQ(why.message, x.message);
  EXPECT_NE(why.hint.find(x.hint), std::string::npos) << why.hint;
  EXPECT_EQ((why.message + why.hint).find("secret"), std::string::npos);
}

} // namespace flotilla::test::failures
