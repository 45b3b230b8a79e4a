/**
 * Settings for tests that dream with any network: the smallest one of the catalog, which is quick to read and
 * build. Opening InceptionV3, with 87 MB, takes longer than all the rest of such a test.
 */
export const smallNetwork = { model: "mobilefacenet", layers: ["392"] };
