#include "tests/transport/failure_cases.hpp"

#include <cerrno>

namespace flotilla::transport {
namespace {

using namespace test::failures;
using protocol::errc;

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

TEST(CurlFailure, ExplainsTroubleWithTheNetwork) {
  for (const auto& x : network_cases)
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
