#include "transport/curl_failure.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace flotilla::transport {
namespace {

using protocol::errc;

const protocol::url https{true, "registry.example", 443, "/v2/?_state=secret"};
const protocol::url http{false, "registry.example", 5000, "/v2/?_state=secret"};
const tls_options no_client{"/etc/ca.pem", "", "", true};
const tls_options with_client{"", "/etc/me.pem", "/etc/me.key", true};
const tls_options one_file{"", "/etc/me.pem", "", true};

struct failure_case {
  const char* name;
  curl_report report;
  const protocol::url& url;
  const tls_options& tls;
  const char* proxy;
  errc code;
  const char* message;
  const char* hint; ///< part of it
};

// Curl's words were taken from libcurl 7.88.1 with OpenSSL 3.0.
const failure_case network_cases[] = {
  {"no such host",
   {CURLE_COULDNT_RESOLVE_HOST, "Could not resolve host: registry.example"},
   https,
   no_client,
   "",
   errc::unavailable,
   "cannot find the address of registry.example",
   "host name"},
  {"refused",
   {CURLE_COULDNT_CONNECT, "", ECONNREFUSED},
   https,
   no_client,
   "",
   errc::unavailable,
   "cannot connect to registry.example:443: connection refused",
   "port"},
  {"no route",
   {CURLE_COULDNT_CONNECT, "", ENETUNREACH},
   http,
   no_client,
   "",
   errc::unavailable,
   "cannot connect to registry.example:5000: network is unreachable",
   "registry runs"},
  {"no reason known",
   {CURLE_COULDNT_CONNECT, ""},
   http,
   no_client,
   "",
   errc::unavailable,
   "cannot connect to registry.example:5000",
   ""},
  {"connecting takes too long",
   {CURLE_OPERATION_TIMEDOUT, "Connection timed out after 10001 milliseconds"},
   https,
   no_client,
   "",
   errc::unavailable,
   "no connection to registry.example:443 within 10 s",
   ""},
  {"resolving takes too long",
   {CURLE_OPERATION_TIMEDOUT, "Resolving timed out after 10000 milliseconds"},
   https,
   no_client,
   "",
   errc::unavailable,
   "no address of registry.example within 10 s",
   "resolve names"},
  {"reset while receiving",
   {CURLE_RECV_ERROR, "Recv failure: Connection reset by peer", ECONNRESET},
   http,
   no_client,
   "",
   errc::unavailable,
   "the connection to registry.example:5000 broke: connection reset by peer",
   ""},
  {"broken while sending",
   {CURLE_SEND_ERROR, "Send failure: Broken pipe", EPIPE},
   https,
   no_client,
   "",
   errc::unavailable,
   "the connection to registry.example:443 broke: broken pipe",
   ""},
  {"no answer over http",
   {CURLE_GOT_NOTHING, "Empty reply from server"},
   http,
   no_client,
   "",
   errc::unavailable,
   "registry.example:5000 closed the connection without an answer",
   "leave --plain-http out"},
  {"no answer over https",
   {CURLE_GOT_NOTHING, "Empty reply from server"},
   https,
   no_client,
   "",
   errc::unavailable,
   "registry.example:443 closed the connection without an answer",
   ""},
  {"half an answer",
   {CURLE_PARTIAL_FILE, "transfer closed with 3 bytes remaining to read"},
   https,
   no_client,
   "",
   errc::unavailable,
   "the connection to registry.example:443 ended in the middle of its answer",
   ""},
  {"not HTTP",
   {CURLE_UNSUPPORTED_PROTOCOL, "Received HTTP/0.9 when not allowed"},
   http,
   no_client,
   "",
   errc::refused,
   "registry.example:5000 answered with something that is not HTTP",
   "--plain-http"},
  {"not HTTP over TLS",
   {CURLE_WEIRD_SERVER_REPLY, "Nul byte in header"},
   https,
   no_client,
   "",
   errc::refused,
   "registry.example:443 answered with something that is not HTTP",
   "registry's port"},
  {"chunks that are none",
   {CURLE_RECV_ERROR, "Illegal or missing hexadecimal sequence in chunked-encoding"},
   https,
   no_client,
   "",
   errc::refused,
   "registry.example:443 answered with something that is not HTTP",
   ""},
  {"out of memory",
   {CURLE_OUT_OF_MEMORY, ""},
   https,
   no_client,
   "",
   errc::internal,
   "curl cannot send a request to registry.example:443: Out of memory",
   ""},
  {"anything else",
   {CURLE_HTTP2, "https://registry.example/v2/?_state=secret"},
   https,
   no_client,
   "",
   errc::unavailable,
   "the exchange with registry.example:443 failed: Error in the HTTP2 framing layer",
   ""},
};

const failure_case tls_cases[] = {
  {"unknown authority",
   {CURLE_PEER_FAILED_VERIFICATION,
    "SSL certificate problem: unable to get local issuer certificate", 0, 20},
   https,
   no_client,
   "",
   errc::usage,
   "the certificate of registry.example:443 is signed by nobody whom we trust",
   "--ca-cert"},
  {"self-signed",
   {CURLE_PEER_FAILED_VERIFICATION, "SSL certificate problem: self-signed certificate", 0, 18},
   https,
   no_client,
   "",
   errc::usage,
   "the certificate of registry.example:443 is signed by nobody whom we trust",
   "--insecure-skip-tls-verify"},
  {"expired",
   {CURLE_PEER_FAILED_VERIFICATION, "SSL certificate problem: certificate has expired", 0, 10},
   https,
   no_client,
   "",
   errc::usage,
   "the certificate of registry.example:443 has expired",
   "renew"},
  {"not yet valid",
   {CURLE_PEER_FAILED_VERIFICATION, "SSL certificate problem: certificate is not yet valid", 0, 9},
   https,
   no_client,
   "",
   errc::usage,
   "the certificate of registry.example:443 is not valid yet",
   "clock"},
  {"other host",
   {CURLE_PEER_FAILED_VERIFICATION,
    "SSL: no alternative certificate subject name matches target host name 'registry.example'"},
   https,
   no_client,
   "",
   errc::usage,
   "the certificate of registry.example:443 is for another host name than registry.example",
   "--insecure-skip-tls-verify"},
  {"other doubt",
   {CURLE_PEER_FAILED_VERIFICATION, "SSL certificate problem: EE\x1B[1m key too small", 0, 66},
   https,
   no_client,
   "",
   errc::usage,
   "the certificate of registry.example:443 cannot be trusted: SSL certificate problem: EE [1m key "
   "too small",
   "--insecure-skip-tls-verify"},
  {"plain HTTP behind the port",
   {CURLE_SSL_CONNECT_ERROR, "OpenSSL/3.0.22: error:0A00010B:SSL routines::wrong version number"},
   https,
   no_client,
   "",
   errc::usage,
   "registry.example:443 does not speak TLS",
   "--plain-http"},
  {"old TLS",
   {CURLE_SSL_CONNECT_ERROR,
    "OpenSSL/3.0.22: error:0A00042E:SSL routines::tlsv1 alert protocol version"},
   https,
   no_client,
   "",
   errc::usage,
   "registry.example:443 and we have no version or cipher of TLS in common",
   "TLS 1.2"},
  {"handshake cut",
   {CURLE_SSL_CONNECT_ERROR, "OpenSSL SSL_connect: Connection reset by peer in connection to x"},
   https,
   no_client,
   "",
   errc::unavailable,
   "the TLS handshake with registry.example:443 broke off",
   "--plain-http"},
  {"client certificate missing, TLS 1.3",
   {CURLE_RECV_ERROR, "OpenSSL SSL_read: OpenSSL/3.0.22: error:0A00045C:SSL routines::tlsv13 alert "
                      "certificate required, errno 0"},
   https,
   no_client,
   "",
   errc::usage,
   "registry.example:443 demands a client certificate",
   "--client-cert"},
  {"client certificate refused",
   {CURLE_SSL_CONNECT_ERROR, "OpenSSL/3.0.22: error:0A000418:SSL routines::tlsv1 alert unknown ca"},
   https,
   with_client,
   "",
   errc::usage,
   "registry.example:443 does not accept the client certificate `/etc/me.pem`",
   "authority"},
  {"CA file unusable",
   {CURLE_SSL_CACERT_BADFILE, "error setting certificate file: /etc/ca.pem"},
   https,
   no_client,
   "",
   errc::usage,
   "cannot use `/etc/ca.pem` as --ca-cert",
   "PEM"},
  {"no CA of the system",
   {CURLE_SSL_CACERT_BADFILE, "error setting certificate file: /x"},
   https,
   with_client,
   "",
   errc::usage,
   "this system's list of certificate authorities cannot be read",
   "ca-certificates"},
  {"client certificate unusable",
   {CURLE_SSL_CERTPROBLEM, "could not load PEM client certificate from /etc/me.pem"},
   https,
   with_client,
   "",
   errc::usage,
   "cannot use `/etc/me.pem` as client certificate",
   "PEM"},
  {"client key unusable",
   {CURLE_SSL_CERTPROBLEM, "unable to set private key file: '/etc/me.key' type PEM"},
   https,
   with_client,
   "",
   errc::usage,
   "cannot use `/etc/me.key` as key of the client certificate",
   "password"},
  {"key of another certificate",
   {CURLE_SSL_CERTPROBLEM, "Private key does not match the certificate public key"},
   https,
   one_file,
   "",
   errc::usage,
   "cannot use `/etc/me.pem` as key of the client certificate",
   "the certificate's key"},
};

const failure_case proxy_cases[] = {
  {"proxy not there",
   {CURLE_COULDNT_CONNECT,
    "Failed to connect to proxy.lan port 3128 after 0 ms: Couldn't connect to server",
    ECONNREFUSED},
   https,
   no_client,
   "proxy.lan:3128",
   errc::unavailable,
   "cannot connect to the proxy proxy.lan:3128 to reach registry.example:443: connection refused",
   "no_proxy"},
  {"registry not there, and the proxy is not meant for it",
   {CURLE_COULDNT_CONNECT,
    "Failed to connect to registry.example port 443 after 0 ms: Couldn't connect to server",
    ECONNREFUSED},
   https,
   no_client,
   "proxy.lan:3128",
   errc::unavailable,
   "cannot connect to registry.example:443: connection refused",
   ""},
  {"proxy without address",
   {CURLE_COULDNT_RESOLVE_PROXY, "Could not resolve proxy: proxy.lan"},
   http,
   no_client,
   "proxy.lan:3128",
   errc::unavailable,
   "cannot find the address of the proxy proxy.lan:3128 to reach registry.example:5000",
   "http_proxy"},
  {"proxy variable unreadable",
   {CURLE_COULDNT_RESOLVE_PROXY, "Unsupported proxy syntax in 'me:secret@proxy lan'"},
   http,
   no_client,
   "",
   errc::usage,
   "the proxy setting to reach registry.example:5000 cannot be read",
   "http_proxy"},
  {"proxy refuses",
   {CURLE_RECV_ERROR, "CONNECT tunnel failed, response 403"},
   https,
   no_client,
   "proxy.lan:3128",
   errc::unavailable,
   "the proxy proxy.lan:3128 does not let us through to reach registry.example:443: it answered "
   "403",
   "no_proxy"},
  {"proxy wants a password",
   {CURLE_RECV_ERROR, "CONNECT tunnel failed, response 407"},
   https,
   no_client,
   "proxy.lan:3128",
   errc::usage,
   "the proxy proxy.lan:3128 does not let us through to reach registry.example:443: it answered "
   "407",
   "user and password"},
  {"proxy hangs up",
   {CURLE_RECV_ERROR, "Proxy CONNECT aborted"},
   https,
   no_client,
   "proxy.lan:3128",
   errc::unavailable,
   "the proxy proxy.lan:3128 does not let us through to reach registry.example:443",
   ""},
};

void check(const failure_case& x) {
  SCOPED_TRACE(x.name);
  const auto why = explain(x.report, {x.url, x.tls, std::chrono::milliseconds{10'000}, x.proxy});
  EXPECT_EQ(why.code, x.code) << to_string(why.code);
  EXPECT_EQ(why.message, x.message);
  EXPECT_NE(why.hint.find(x.hint), std::string::npos) << why.hint;
  EXPECT_EQ((why.message + why.hint).find("secret"), std::string::npos);
}

TEST(CurlFailure, ExplainsTroubleWithTheNetwork) {
  for (const auto& x : network_cases)
    check(x);
}

TEST(CurlFailure, ExplainsTroubleWithTls) {
  for (const auto& x : tls_cases)
    check(x);
}

TEST(CurlFailure, ExplainsTroubleWithProxies) {
  for (const auto& x : proxy_cases)
    check(x);
}

TEST(CurlFailure, SaysTimesInWords) {
  EXPECT_EQ(in_words(std::chrono::milliseconds{30'000}), "30 s");
  EXPECT_EQ(in_words(std::chrono::milliseconds{1'500}), "1500 ms");
  EXPECT_EQ(in_words(std::chrono::milliseconds{0}), "0 s");
}

TEST(CurlFailure, NamesThePortAlways) {
  EXPECT_EQ(authority(https), "registry.example:443");
  EXPECT_EQ(authority({true, "[::1]", 5000, "/"}), "[::1]:5000");
}

} // namespace
} // namespace flotilla::transport
