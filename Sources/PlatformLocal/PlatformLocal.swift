// PlatformLocal
