#include "app/state.hpp"

#include "app/environment.hpp"
#include "protocol/text.hpp"

#include <spdlog/spdlog.h>

namespace flotilla::app {

std::string state_dir_of(const options& chosen) {
  return chosen.state_dir.empty() ? default_state_dir() : chosen.state_dir;
}

protocol::result<state> state::open(const options& chosen) {
  auto dir = state_dir_of(chosen);
  if (dir.empty())
    return state{{}, nullptr};
  try {
    auto profiles = std::make_unique<store::registry_profiles>(dir);
    return state{std::move(dir), std::move(profiles)};
  } catch (const store::database_error& error) {
    auto message = "state directory " + protocol::printable(dir) + ": " + error.what();
    if (!chosen.state_dir.empty() && error.kind() != store::trouble::full)
      return protocol::failure{protocol::errc::usage, message,
                               "--state-dir names a directory that we may write to"};
    spdlog::warn("{}; going on without", message);
    return state{{}, nullptr};
  }
}

double state::rate_of(const std::string& host) {
  if (!profiles_)
    return 0;
  try {
    return profiles_->bytes_per_second(host).value_or(0);
  } catch (const store::database_error& error) {
    spdlog::warn("what earlier pushes learned cannot be read: {}", error.what());
    return 0;
  }
}

void state::remember_rate(const std::string& host, double bytes_per_second) {
  if (!profiles_)
    return;
  try {
    profiles_->remember_rate(host, bytes_per_second);
  } catch (const store::database_error& error) {
    spdlog::warn("what this push learned cannot be kept: {}", error.what());
  }
}

} // namespace flotilla::app
