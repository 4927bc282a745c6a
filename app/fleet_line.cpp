#include "app/fleet_line.hpp"

#include "app/version.hpp"

#include <thread>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

constexpr std::chrono::seconds dial_patience{75};
constexpr std::chrono::milliseconds between_tries{500};

constexpr const char* hint = "is the coordinator running there? --coordinator names its place";

} // namespace

protocol::result<std::unique_ptr<fleet_line>> fleet_line::open(const options& chosen) {
  auto peer = read_fleet_peer(chosen, chosen.fleet.coordinator, "--coordinator");
  if (!peer)
    return peer.error();
  auto line = std::make_unique<fleet_line>(std::move(*peer));
  if (auto why = line->reach(seeking); why.code != errc::none)
    return why;
  return line;
}

fleet_line::fleet_line(fleet_peer peer)
  : peer_(std::move(peer)), config_(peer_.link), system_(config_), self_(system_) {
  actors::caller who{"a client", std::string{program_version}, peer_.link};
  dialler_ = system_.spawn(actors::dialler, std::move(who));
}

fleet_line::~fleet_line() {
  caf::anon_send_exit(dialler_, caf::exit_reason::user_shutdown);
}

failure fleet_line::reach(std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (coordinator_)
      return {};
    failure why;
    self_->request(dialler_, dial_patience, atom::dial_v, peer_.host, peer_.port)
      .receive([&](actors::coordinator_actor& found) { coordinator_ = std::move(found); },
               [&](const caf::error& error) { why = actors::to_failure(error); });
    if (coordinator_ || why.code == errc::usage)
      return why;
    if (std::chrono::steady_clock::now() >= until)
      return {errc::no_node, "no coordinator: " + why.message, why.hint.empty() ? hint : why.hint};
    std::this_thread::sleep_for(between_tries);
  }
}

failure fleet_line::on_error(const caf::error& error) {
  auto why = actors::to_failure(error);
  if (why.code != errc::internal)
    return why; // the coordinator's own words
  coordinator_ = actors::coordinator_actor{};
  const auto* what = error == caf::sec::request_timeout ? "the coordinator does not answer"
                                                        : "the coordinator is gone";
  return {errc::no_node, what, hint};
}

} // namespace flotilla::app
