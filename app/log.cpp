#include "app/log.hpp"

#include "app/report.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <ctime>
#include <memory>

namespace flotilla::app {

namespace {

/// `{"time":…,"level":…,"message":…}`
class json_formatter : public spdlog::formatter {
public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    auto level = spdlog::level::to_string_view(message.level);
    auto since = std::chrono::duration<double>(message.time.time_since_epoch()).count();
    auto line = render({{"time", since},
                        {"level", std::string(level.data(), level.size())},
                        {"message", std::string(message.payload.data(), message.payload.size())}});
    line += '\n';
    to.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<json_formatter>();
  }
};

} // namespace

void set_up_log(const options& chosen) {
  auto log = std::make_shared<spdlog::logger>("flotilla",
                                              std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (chosen.log_json)
    log->set_formatter(std::make_unique<json_formatter>());
  else
    log->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l: %v");
  auto is_process = chosen.what == command::coordinator || chosen.what == command::worker;
  auto level = is_process ? "info" : "warning";
  log->set_level(spdlog::level::from_str(chosen.log_level.empty() ? level : chosen.log_level));
  spdlog::set_default_logger(std::move(log));
}

} // namespace flotilla::app
