#include "app/listen_address.hpp"

#include "protocol/text.hpp"

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

failure malformed(const std::string& text, const std::string& flag) {
  return {errc::usage, flag + ": `" + protocol::printable(text, 100) + "` is no HOST:PORT",
          "write it like 127.0.0.1:9090, [::1]:9090 or 127.0.0.1:0 for any free port"};
}

} // namespace

protocol::result<listen_address> parse_listen_address(const std::string& text,
                                                      const std::string& flag) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0)
    return malformed(text, flag);
  listen_address at;
  at.host = text.substr(0, colon);
  const auto bracketed = at.host.front() == '[' && at.host.back() == ']' && at.host.size() > 2;
  if (bracketed)
    at.host = at.host.substr(1, at.host.size() - 2);
  if ((!bracketed && at.host.find(':') != std::string::npos)
      || at.host.find_first_of("[]/@ ") != std::string::npos)
    return malformed(text, flag);
  const auto port = protocol::whole_number<decltype(at.port)>(text.substr(colon + 1));
  if (!port)
    return malformed(text, flag);
  at.port = *port;
  return at;
}

} // namespace flotilla::app
