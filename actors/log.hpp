#pragma once

#include "actors/status.hpp"

#include <spdlog/spdlog.h>

#include <string_view>
#include <utility>

namespace flotilla::actors {

/// What a line of the log is about, beside the sentence: fields that a machine can look for. What
/// is empty or 0 is left out.
struct log_subject {
  std::string_view push{}; ///< id
  std::string_view node{}; ///< name
  std::string_view blob{}; ///< digest, short
  unsigned attempt = 0;    ///< how often it has been tried
};

/// Of the line that this thread is writing: for whoever formats it.
const log_subject& subject_of_line() noexcept;

/// Says what the lines are about that this thread writes while this lives.
class lines_about {
public:
  explicit lines_about(const log_subject& subject) noexcept;
  ~lines_about();
  lines_about(const lines_about&) = delete;
  lines_about& operator=(const lines_about&) = delete;

private:
  log_subject before_;
};

/// Logs one line that is about something.
template <class... Args>
void log(spdlog::level::level_enum level, const log_subject& about,
         spdlog::format_string_t<Args...> text, Args&&... args) {
  if (!spdlog::should_log(level))
    return;
  const lines_about scope{about};
  spdlog::log(level, text, std::forward<Args>(args)...);
}

/// Logs that a request of a push will be made again.
/// @param node that made it; empty: the push itself
void log_setback(std::string_view push, std::string_view node, const setback_note& note);

} // namespace flotilla::actors
