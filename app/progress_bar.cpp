#include "app/progress_bar.hpp"

#include "app/units.hpp"

#include <algorithm>
#include <cmath>
#include <sys/ioctl.h>

namespace flotilla::app {

using actors::push_status;

namespace {

std::size_t terminal_width(std::FILE* of) {
  winsize size{};
  if (::ioctl(::fileno(of), TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
    return 80;
  return size.ws_col;
}

std::string on_the_wire(const push_status& status) {
  const auto& bodies = status.bodies;
  if (bodies.empty())
    return {};
  auto largest = std::max_element(bodies.begin(), bodies.end(),
                                  [](const auto& a, const auto& b) { return a.size < b.size; });
  auto percent = largest->size == 0 ? 100 : largest->sent * 100 / largest->size;
  return "  " + std::to_string(status.bodies_in_all) + " on the wire, the largest "
         + largest->id.brief() + ": " + human_bytes(largest->sent) + " of "
         + human_bytes(largest->size) + " (" + std::to_string(percent) + " %)";
}

} // namespace

std::string render_bar(double share, std::size_t width) {
  auto inner = width < 2 ? 0 : width - 2;
  auto full = static_cast<std::size_t>(
    std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(inner)));
  return '[' + std::string(full, '#') + std::string(inner - full, '-') + ']';
}

std::string fitted(const std::string& text, std::size_t columns) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto starts = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (starts && ++seen == columns && i + 1 < text.size()) {
      auto rest
        = std::any_of(text.begin() + static_cast<std::ptrdiff_t>(i) + 1, text.end(),
                      [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
      if (rest)
        return text.substr(0, i) + "…";
    }
  }
  return text;
}

void bar_view::show(const push_status& status) {
  rate_.add(status.seconds, status.sent_bytes);
  std::vector<std::string> lines{progress_line(status, rate_.rate())};
  if (status.now == actors::phase::sending) {
    auto total = static_cast<double>(std::max<std::uint64_t>(1, status.total.bytes));
    lines.push_back("  " + render_bar(static_cast<double>(done_bytes(status)) / total, 50));
    lines.push_back(on_the_wire(status));
  }
  if (status.in_trouble)
    lines.push_back(setback_line(status));
  lines.erase(std::remove(lines.begin(), lines.end(), std::string{}), lines.end());
  draw(lines);
}

void bar_view::draw(const std::vector<std::string>& lines) {
  std::string frame;
  if (drawn_ != 0)
    frame = "\r\x1b[" + std::to_string(drawn_) + "A\x1b[J"; // to our first line, and clear
  auto width = terminal_width(to_);
  for (const auto& line : lines)
    frame += fitted(line, width - 1) + '\n';
  drawn_ = lines.size();
  std::fputs(frame.c_str(), to_);
  std::fflush(to_);
}

void bar_view::end() {
  draw({});
}

} // namespace flotilla::app
