#include "platform/adapters.hpp"

#include "web_assets/web_assets.hpp"

namespace platform {

EmbeddedAssets::EmbeddedAssets() {
  for (const web_assets::Asset& asset : web_assets::all())
    assets_[std::string(asset.path)] = {asset.content_type, asset.bytes, asset.gzip, asset.etag,
                                        asset.immutable};
  // A build without the dashboard has a page that says so, under "/" alone.
  if (const web_assets::Asset* page = web_assets::find("/"); assets_.empty() && page != nullptr)
    assets_["/index.html"] = {page->content_type, page->bytes, page->gzip, page->etag,
                              page->immutable};
}

const gateway::Asset* EmbeddedAssets::find(std::string_view path) const {
  const auto found = assets_.find(path);
  return found != assets_.end() ? &found->second : nullptr;
}

}  // namespace platform
