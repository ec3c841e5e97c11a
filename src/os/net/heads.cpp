#include "os/net/heads.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace flyball::os::net {

namespace {

bool breaks_line(char c) { return c == '\r' || c == '\n' || c == '\0'; }

// A line break inside a value would begin a header, or a message, of somebody else's making.
void put_header(std::string& head, std::string_view name, std::string_view value) {
  std::string line = text(name, ": ", value);
  std::ranges::replace_if(line, breaks_line, ' ');
  head += text(line, "\r\n");
}

void put_headers(std::string& head, const Headers& headers, std::initializer_list<std::string_view> but) {
  const CaselessLess less;
  for (const auto& [name, value] : headers) {
    const auto same = [&](std::string_view other) { return !less(name, other) && !less(other, name); };
    if (std::ranges::none_of(but, same)) put_header(head, name, value);
  }
}

// RFC 9110, section 5.6.7; strftime would follow the locale.
std::string http_date() {
  constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto two = [](int number) { return text(number < 10 ? "0" : "", number); };
  const std::time_t now = std::time(nullptr);
  std::tm t{};
  gmtime_r(&now, &t);
  return text(days[static_cast<std::size_t>(t.tm_wday)], ", ", two(t.tm_mday), ' ',
              months[static_cast<std::size_t>(t.tm_mon)], ' ', t.tm_year + 1900, ' ', two(t.tm_hour), ':',
              two(t.tm_min), ':', two(t.tm_sec), " GMT");
}

}  // namespace

std::string response_head(const Response& response, bool keep_alive) {
  std::string head = text("HTTP/1.1 ", response.status, ' ', reason_phrase(response.status), "\r\n");
  put_header(head, "Date", http_date());
  if (!keep_alive) put_header(head, "Connection", "close");
  const bool may_have_body = response.status != 204 && response.status != 304;
  if (may_have_body) put_header(head, "Content-Length", text(response.body.size()));
  put_headers(head, response.headers, {"Date", "Connection", "Content-Length", "Transfer-Encoding"});
  return head += "\r\n";
}

std::string request_head(const Request& request, const BaseUrl& url, std::string_view user_agent) {
  std::string line = text(request.method, ' ', request.target, " HTTP/1.1");
  std::ranges::replace_if(line, breaks_line, ' ');
  std::string head = text(line, "\r\n");
  put_header(head, "Host", url.str().substr(std::string_view("https://").size()));
  put_header(head, "User-Agent", user_agent);
  const bool bodiless = request.method == "GET" || request.method == "HEAD" || request.method == "DELETE";
  if (!request.body.empty() || !bodiless) put_header(head, "Content-Length", text(request.body.size()));
  put_headers(head, request.headers, {"Host", "User-Agent", "Content-Length", "Transfer-Encoding", "Connection"});
  return head += "\r\n";
}

}  // namespace flyball::os::net
