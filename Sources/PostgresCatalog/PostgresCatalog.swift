// PostgresCatalog
