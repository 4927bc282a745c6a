#include "app/log.hpp"

#include "actors/log.hpp"
#include "app/report.hpp"
#include "protocol/text.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <ctime>
#include <iomanip>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::app {

namespace {

constexpr std::size_t longest_line = 4'000; ///< characters of the sentence
constexpr std::size_t longest_field = 120;

std::string sentence_of(const spdlog::details::log_msg& message) {
  return protocol::printable({message.payload.data(), message.payload.size()}, longest_line);
}

using field = std::pair<const char*, std::string>;

/// What the line is about, cleaned as its sentence is: names come from outside.
std::vector<field> fields_of_line() {
  const auto& about = actors::subject_of_line();
  std::vector<field> fields;
  for (const auto& [key, value] :
       {std::pair{"push", about.push}, {"node", about.node}, {"digest", about.blob}})
    if (!value.empty())
      fields.emplace_back(key, protocol::printable(value, longest_field));
  return fields;
}

/// `{"time":…,"level":…,"message":…}`, and what the line is about.
class json_formatter : public spdlog::formatter {
public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    const auto level = spdlog::level::to_string_view(message.level);
    const auto since = std::chrono::duration<double>(message.time.time_since_epoch()).count();
    nlohmann::json object{{"time", since},
                          {"level", std::string(level.data(), level.size())},
                          {"message", sentence_of(message)}};
    for (const auto& [key, value] : fields_of_line())
      object[key] = value;
    if (const auto attempt = actors::subject_of_line().attempt; attempt != 0)
      object["attempt"] = attempt;
    const auto line = render(object) + '\n';
    to.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<json_formatter>();
  }
};

/// In quotes where it could look like the end of its field, or another (as logfmt has it).
std::string value_in_text(const std::string& value) {
  if (value.find_first_of(" =\"\\") == std::string::npos)
    return value;
  std::ostringstream text;
  text << std::quoted(value);
  return text.str();
}

/// The sentence, and behind it what it is about: ` push=p-7f3a9c node=a attempt=2`.
class sentence_flag : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& to) override {
    auto line = sentence_of(message);
    for (const auto& [key, value] : fields_of_line())
      line += std::string{' '} + key + '=' + value_in_text(value);
    if (const auto attempt = actors::subject_of_line().attempt; attempt != 0)
      line += " attempt=" + std::to_string(attempt);
    to.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return std::make_unique<sentence_flag>();
  }
};

std::unique_ptr<spdlog::formatter> formatter_of(const options& chosen) {
  if (chosen.log_json)
    return std::make_unique<json_formatter>();
  auto text = std::make_unique<spdlog::pattern_formatter>();
  text->add_flag<sentence_flag>('*').set_pattern("%Y-%m-%dT%H:%M:%S.%e %l: %*");
  return text;
}

} // namespace

void set_up_log(const options& chosen, spdlog::sink_ptr also) {
  auto log = std::make_shared<spdlog::logger>("flotilla",
                                              std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (also)
    log->sinks().push_back(std::move(also));
  log->set_formatter(formatter_of(chosen));
  auto is_process = chosen.what == command::coordinator || chosen.what == command::worker;
  auto level = is_process ? "info" : "warning";
  log->set_level(spdlog::level::from_str(chosen.log_level.empty() ? level : chosen.log_level));
  spdlog::set_default_logger(std::move(log));
}

} // namespace flotilla::app
