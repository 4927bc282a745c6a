#include "app/recent_log.hpp"

#include "actors/log.hpp"
#include "protocol/text.hpp"

#include <chrono>
#include <utility>

namespace flotilla::app {

namespace {

constexpr std::size_t longest = 500; ///< characters of a line

} // namespace

std::vector<recent_line> recent_log::lines() {
  const std::lock_guard guard{mutex_};
  return {lines_.begin(), lines_.end()};
}

void recent_log::sink_it_(const spdlog::details::log_msg& message) {
  const auto& about = actors::subject_of_line();
  const auto level = spdlog::level::to_string_view(message.level);
  const std::chrono::duration<double> since = message.time.time_since_epoch();
  lines_.push_back({since.count(), std::string{level.data(), level.size()},
                    protocol::printable({message.payload.data(), message.payload.size()}, longest),
                    std::string{about.push}, protocol::printable(about.node, longest)});
  if (lines_.size() > most_lines)
    lines_.pop_front();
}

} // namespace flotilla::app
