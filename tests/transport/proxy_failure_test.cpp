#include "tests/transport/failure_cases.hpp"

#include <cerrno>

namespace flotilla::transport {
namespace {

using namespace test::failures;
using protocol::errc;

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

TEST(ProxyFailure, IsExplained) {
  for (const auto& x : proxy_cases)
    check(x);
}

} // namespace
} // namespace flotilla::transport
