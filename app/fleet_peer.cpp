#include "app/fleet_peer.hpp"

#include "app/fleet_tls.hpp"
#include "app/web_server.hpp"
#include "protocol/text.hpp"
#include "protocol/url.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <ctime>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

protocol::result<fleet_peer> read_fleet_peer(const options& chosen, const std::string& text,
                                             const std::string& flag) {
  auto at = parse_listen_address(text, flag);
  if (!at)
    return at.error();
  const auto& given = chosen.fleet;
  auto checked = check_fleet_tls({given.ca, given.cert, given.key}, std::time(nullptr));
  if (!checked)
    return checked.error();
  for (const auto& warning : checked->warnings)
    spdlog::warn("{}", warning);
  if (given.cert.empty() && !protocol::is_loopback(at->host))
    return failure{errc::usage,
                   flag + ": " + protocol::printable(text, 100)
                     + " is not on this machine, and fleet traffic needs certificates there",
                   "make them with `flotilla certs init` and `flotilla certs issue`, and give "
                   "--fleet-ca, --fleet-cert and --fleet-key"};
  return fleet_peer{
    at->host, static_cast<std::uint16_t>(at->port), {given.ca, given.cert, given.key}};
}

protocol::result<std::string> numeric_address(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  auto error = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> list{found, &::freeaddrinfo};
  std::array<char, NI_MAXHOST> number{};
  if (error == 0)
    error = ::getnameinfo(list->ai_addr, list->ai_addrlen, number.data(), number.size(), nullptr, 0,
                          NI_NUMERICHOST);
  if (error != 0)
    return failure{errc::usage,
                   "--listen: " + protocol::printable(host, 100) + ": " + ::gai_strerror(error),
                   "name an address of this machine"};
  return std::string{number.data()};
}

} // namespace flotilla::app
