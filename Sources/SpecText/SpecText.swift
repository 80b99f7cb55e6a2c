// SpecText
