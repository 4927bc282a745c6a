#pragma once

#include <string_view>

namespace flotilla::app::page {

// The files of app/page, which the build puts into the program (page/files.cpp.in).
extern const std::string_view index_html;
extern const std::string_view page_css;
extern const std::string_view page_js;

} // namespace flotilla::app::page
