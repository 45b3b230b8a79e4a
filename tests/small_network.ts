/**
 * Settings for tests that dream and do not care with what: the smallest network of the catalog, of which nearly nothing
 * is to be read and built. InceptionV3, with 87 MB, takes longer to open than such a test needs for all the rest.
 */
export const smallNetwork = { model: "mobilefacenet", layers: ["392"] };
